# find_package(csp) gives csp::csp: the header, the library and what it links to.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/cspTargets.cmake)
