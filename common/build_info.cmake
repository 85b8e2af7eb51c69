# Writes build_info.h for host.c: version, revision, compiler. Run at every build, it touches
# the file only when something changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                RESULT_VARIABLE no_git)
if(no_git)
  set(revision unknown)
  set(dirty 0)
else()
  execute_process(COMMAND git -C ${SOURCE} status --porcelain
                  OUTPUT_VARIABLE changes ERROR_QUIET)
  if(changes STREQUAL "")
    set(dirty 0)
  else()
    set(dirty 1)
  endif()
endif()
file(WRITE ${TARGET}.new "// Written by common/build_info.cmake at every build.
#ifndef BUILD_INFO_H
#define BUILD_INFO_H
#define GOPHERBENCH_VERSION \"${VERSION}\"
#define GOPHERBENCH_REVISION \"${revision}\"
#define GOPHERBENCH_DIRTY ${dirty}
#define GOPHERBENCH_COMPILER \"${COMPILER}\"
#define GOPHERBENCH_FLAGS \"${FLAGS}\"
#endif
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${TARGET}.new ${TARGET})
file(REMOVE ${TARGET}.new)
