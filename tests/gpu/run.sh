#!/bin/sh
# run.sh -- everything that only a GPU can tell, in one command, on a bare Linux machine with the
# GPU's driver, a C compiler, CMake and make (or ninja): no root, no network.
#   tests/gpu/run.sh --fetch [--pocl]                  where there is a network: fills the folder
#   tests/gpu/run.sh [--minutes N] [--out DIR] [--pocl]
#
# What the build needs beyond those is unpacked from .deb packages of tests/gpu/packages/ (git
# ignores it; bring it along) into build/gpu/prefix; without the folder the machine's own is used.
# Then: build, is a GPU seen, the grid of engines and the tests of gpu, every engine, the ladder,
# tuning, beside cuBLAS. Each stage has its time, none stops the next, and N minutes (30) are for
# all. JSON and tables go to DIR (results/MACHINE) as <date>-gpu-<stage>.*, the summary to
# <date>-gpu-run.md and standard output. Ends with 0 if every stage did.
# --pocl brings PoCL, too, and tries all of it on small sizes, on a CPU.
# shellcheck disable=SC2317  # stages are called by name
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../.." || exit 2
packages=tests/gpu/packages
build=build/gpu
prefix=$PWD/$build/prefix
minutes=30 out='' fetch='' pocl=''

# The one list. Libraries and their headers; PoCL's with what it compiles with.
LIBRARIES="ocl-icd-libopencl1 ocl-icd-opencl-dev opencl-c-headers libcmocka0 libcmocka-dev
    libhwloc15 libhwloc-dev libudev1 libjansson4 libjansson-dev libssl3 libssl-dev libtinfo6
    libncurses6 libncursesw6 libncurses-dev pkgconf pkgconf-bin libpkgconf3"
POCL="pocl-opencl-icd libpocl2 libpocl2-common clang-15 libclang-cpp15 libclang1-15
    libclang-common-15-dev libllvm15 libedit2 libbsd0 libmd0 libffi8 libxml2 libicu72 liblzma5
    libz3-4 zlib1g"

say() { printf '%s\n' "run.sh: $*" >&2; }
refuse() { say "$*"; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
    --fetch) fetch=yes ;;
    --pocl) pocl=yes ;;
    --minutes | --out)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        case $1 in --minutes) minutes=$2 ;; --out) out=$2 ;; esac
        shift ;;
    *) refuse "there is no option $1" ;;
    esac
    shift
done
case $minutes in '' | *[!0-9]* | 0*) refuse "--minutes: $minutes is no number of minutes" ;; esac

# ---- packages

if [ "$fetch" ]; then
    command -v apt-get >/dev/null || { say "packages are fetched on Debian or Ubuntu"; exit 6; }
    mkdir -p "$packages" && cd "$packages" || exit 5
    # The words are words.
    # shellcheck disable=SC2086
    apt-get download $LIBRARIES ${pocl:+$POCL} || {
        say "a package cannot be had; are the lists new? (apt-get update)"; exit 6; }
    say "$packages holds $(find . -name '*.deb' | wc -l) packages, $(du -sh . | cut -f1)"
    exit 0
fi

unpack_one() { # DEB
    if command -v dpkg-deb >/dev/null; then
        dpkg-deb -x "$1" "$prefix"
    else
        member=$(ar t "$1" | grep '^data.tar')
        case $member in
        *.xz) ar p "$1" "$member" | tar xJ -C "$prefix" ;;
        *.zst) ar p "$1" "$member" | tar x --zstd -C "$prefix" ;;
        *) ar p "$1" "$member" | tar xz -C "$prefix" ;;
        esac
    fi
}

unpack() {
    rm -rf "$prefix"
    mkdir -p "$prefix" || return 5
    for deb in "$packages"/*.deb; do
        unpack_one "$deb" || { say "$deb cannot be unpacked"; return 6; }
    done
    # Some packages still put libraries beside /usr.
    if [ -d "$prefix/lib" ]; then
        cp -a "$prefix/lib/." "$prefix/usr/lib/" && rm -rf "${prefix:?}/lib"
    fi
}

# What a compiler and CMake have to know to find it.
use_prefix() {
    multiarch=$(${CC:-cc} -print-multiarch 2>/dev/null)
    libraries=$prefix/usr/lib${multiarch:+/$multiarch}
    # It needs a library that lies beside it; nothing else may see those yet.
    mkdir -p "$prefix/bin"
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$prefix/usr/bin/pkgconf" \
        >"$prefix/bin/pkg-config"
    chmod +x "$prefix/bin/pkg-config"
    PKG_CONFIG_PATH=$libraries/pkgconfig:$prefix/usr/share/pkgconfig
    PKG_CONFIG_SYSROOT_DIR=$prefix
    C_INCLUDE_PATH=$prefix/usr/include${multiarch:+:$prefix/usr/include/$multiarch}
    LIBRARY_PATH=$libraries
    export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR C_INCLUDE_PATH LIBRARY_PATH
}

# ---- stages

started=$(date +%s)
finish=$((started + 60 * minutes))
failed=0 stages=''
note() { stages="$stages$1
"; }

# A command of a stage, within what is left of the stage's time.
within() {
    left=$((stage_end - $(date +%s)))
    [ "$left" -gt 0 ] || return 124
    timeout -k 10 "$left" "$@"
}

# stage NAME SECONDS COMMAND...: at most so many seconds, and no more than is left of the whole.
stage() {
    title=$1 limit=$2
    shift 2
    now=$(date +%s)
    left=$((finish - now))
    [ "$limit" -le "$left" ] || limit=$left
    if [ "$limit" -lt 5 ]; then
        note "| $title | left out: the time is up | |"
        failed=1
        return 1
    fi
    say "$title (at most $limit s)"
    stage_end=$((now + limit))
    "$@" >"$logs/$title.log" 2>&1
    code=$?
    took=$(($(date +%s) - now))
    case $code in
    0) note "| $title | done | $took s |" ;;
    124 | 137) note "| $title | ended after $limit s | $took s |" ;;
    *) note "| $title | failed with $code: $(tail -n 1 "$logs/$title.log" | tr '|' '/' | cut -c 1-200) | $took s |" ;;
    esac
    [ "$code" -eq 0 ] || { failed=1; tail -n 15 "$logs/$title.log" >&2; }
    return "$code"
}

compile() {
    generator='Unix Makefiles'
    ! command -v ninja >/dev/null || generator=Ninja
    # An old-style run path also holds for what the libraries need in turn.
    set -- -S . -B "$build" -G "$generator" -DCMAKE_BUILD_TYPE=Release
    [ -z "$libraries" ] || set -- "$@" "-DCMAKE_PREFIX_PATH=$prefix/usr" \
        "-DPKG_CONFIG_EXECUTABLE=$prefix/bin/pkg-config" \
        "-DOPENSSL_ROOT_DIR=$prefix/usr" "-DCMAKE_BUILD_RPATH=$libraries" \
        -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags
    within cmake "$@" || return
    gpu_tests=$(cmake --build "$build" --target help | grep -o 'test_ocl_[a-z0-9_]*' | sort -u)
    # The tests' names are words.
    # shellcheck disable=SC2086
    within cmake --build "$build" -j "$(nproc)" --target gopherbench test_engines $gpu_tests
}

look() {
    ! command -v nvidia-smi >/dev/null || within nvidia-smi -L
    within "$ours" list >"$logs/list.txt"
    cat "$logs/list.txt"
    kind=gpu
    [ -z "$pocl" ] || kind=cpu
    grep -q "compute units, $kind" "$logs/list.txt" || { echo "no $kind is seen by OpenCL; ocl says why above"; return 3; }
}

run_gpu_tests() {
    bad=0
    for test in $gpu_tests; do
        echo "== $test"
        within "$build/tests/gpu/$test" || { echo "$test failed"; bad=1; }
    done
    return "$bad"
}

# compare NAME ARGUMENTS...
compare() {
    name=$1
    shift
    within "$ours" compare "$@" --json "$out/$date-gpu-$name.json" --markdown "$out/$date-gpu-$name.md"
}

knows() { "$ours" compare --help | grep -q -- "$1"; }

# A folder's name for this machine, of its GPU or else its CPU.
machine() {
    name=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
    [ -n "$name" ] || name=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    printf '%s-%scpu\n' "${name:-unknown}" "$(nproc)" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9.-'
}

summary() {
    printf -- '- %s\n- started %s\n\n| stage | | |\n|---|---|--:|\n%s' "$(machine)" \
        "$(date -u -d "@$started" +%Y-%m-%dT%H:%M:%SZ)" "$stages"
    for name in $runs; do
        file=$out/$date-gpu-$name.md
        [ -s "$file" ] || continue
        printf '\n## %s\n\n' "$name"
        # The tables and the sentences; the machine stands once, in front.
        sed -n '/^### /,$p' "$file"
    done
}

# ---- the run

date=$(date -u +%Y-%m-%d)
[ -n "$out" ] || out=results/$(machine)
mkdir -p "$out" "$build/logs" || exit 5
out=$(cd "$out" && pwd)
logs=$build/logs
ours=$build/gopherbench
libraries=''
runs='grid ladder tuned cublas coarse'

if ls "$packages"/*.deb >/dev/null 2>&1; then
    unpack || exit $?
    use_prefix
    if [ "$pocl" ]; then
        OCL_ICD_VENDORS=$prefix/etc/OpenCL/vendors
        export OCL_ICD_VENDORS
    fi
fi

device=gpu sizes=1024,2048,4096,8192 ladder=1024,4096 tests_s=300
if [ "$pocl" ]; then
    device=cpu sizes=128,256 ladder=256 tests_s=400
fi
if stage build 900 compile; then
    # LLVM brings a run path of its own, which keeps it from finding what lies beside it.
    if [ "$pocl" ] && [ "$libraries" ]; then
        LD_LIBRARY_PATH=$libraries
        export LD_LIBRARY_PATH
    fi
    stage look 60 look
    stage test-engines $tests_s within "$build/tests/test_engines"
    stage test-gpu $tests_s run_gpu_tests
    stage grid 90 compare grid -e "serial,csp,omp,ocl:$device" --time 20
    stage ladder 120 compare ladder matmul -e "ocl:$device" --variant all -n $ladder \
        --type f32,f64 --time 40
    if knows --tune; then
        stage tune 180 within "$ours" compare matmul -e "ocl:$device" --tune -n ${sizes##*,} --type f32,f64
        stage tuned 60 compare tuned matmul -e "ocl:$device" -n $sizes --type f32,f64 --time 20
    else
        note '| tune | left out: this program has no --tune | |'
    fi
    if [ -z "$pocl" ]; then
        stage cublas 120 compare cublas matmul -e "ocl:$device,cublas" -n $sizes --type f32,f64 --time 40
        stage coarse 60 compare coarse matmul -e cublas --variant all -n ${sizes##*,} --type f32 --time 10
    fi
fi
summary >"$out/$date-gpu-run.md"
cat "$out/$date-gpu-run.md"
exit $failed
