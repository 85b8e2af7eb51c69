#!/bin/sh
# nvptx.sh -- what a GPU's compiler makes of the rungs, without a GPU: clang compiles each to
# PTX, where the hot loop can be counted. A fused multiply-add for every step and element, 16
# bytes for every read of local memory, one barrier or two a step, and no private array in
# memory. Where ptxas is installed, also the registers: the top rung's 256 work-items must do
# with 128 each, without a spill, so that two groups fit a unit.
#   nvptx.sh KERNELS_DIR
# Skipped (77) without a clang that can write PTX.
set -u
kernels=$1
tests=$(dirname "$0")
for clang in clang-14 clang-15 clang; do
    command -v $clang >/dev/null && $clang --print-targets | grep -q nvptx64 && break
    clang=
done
[ -n "$clang" ] || { echo "no clang that writes PTX"; exit 77; }
ptxas=$(command -v ptxas || ls /usr/local/cuda/bin/ptxas 2>/dev/null)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
complain() { echo "nvptx: $*"; bad=1; }

# compile KERNEL "OPTIONS" FILES...: leaves the PTX of that kernel alone in $work/kernel
compile() {
    kernel=$1 options=$2
    shift 2
    (cd "$kernels" && cat "$@") >"$work/text.cl"
    # The options are words by design. -O3 stands for what NVIDIA's compiler does.
    # shellcheck disable=SC2086
    $clang -Werror -x cl -cl-std=CL1.2 -target nvptx64-nvidia-nvcl -Xclang -target-cpu -Xclang sm_80 \
        -Xclang -target-feature -Xclang +ptx70 -Xclang -finclude-default-header \
        -include "$tests/nvptx.clh" $options -O3 -S "$work/text.cl" -o "$work/all.ptx" ||
        { complain "$kernel does not compile"; return 1; }
    sed -i 's/, texmode_independent//' "$work/all.ptx"
    sed -n "/\.entry $kernel(/,/^}/p" "$work/all.ptx" >"$work/kernel"
    grep -q 'call' "$work/kernel" && complain "$kernel calls what was not inlined"
    return 0
}

# count "WHAT" PATTERN EXPECTED
count() {
    found=$(grep -cE "$2" "$work/kernel")
    [ "$found" -eq "$3" ] || complain "$kernel ($options): $found $1, not $3"
}

# registers LIMIT: with so many, nothing is spilled; nothing is asked without ptxas
registers() {
    [ -n "$ptxas" ] || return
    said=$("$ptxas" -arch=sm_90 -maxrregcount="$1" -v "$work/all.ptx" -o "$work/cubin" 2>&1 |
        grep -A 2 "'$kernel'")
    printf '%s\n' "$said" | grep -q ' 0 bytes spill stores' ||
        complain "$kernel ($options) does not do with $1 registers: $said"
}

# A spilt array: PTX declares its place in .local memory, the depot.
in_registers() { count 'private arrays in memory' '__local_depot|\.local' 0; }

f32='-DREAL=float -DVEC=float4 -DW=4'
f64='-DREAL=double -DVEC=double2 -DW=2'

compile matmul_tiled -DREAL=float matmul_3_tiled.cl && {
    count 'multiply-adds' 'fma\.rn\.f32' 16
    count 'reads of local memory' 'ld\.shared\.f32' 32
    count 'barriers' 'bar\.sync' 2
    in_registers
}
compile matmul_registers '-DREAL=float -DBM=64 -DBN=32 -DBK=16 -DTM=8 -DTN=1' matmul_5_registers.cl && {
    # However many steps the compiler has unrolled: 9 reads for 8 multiply-adds.
    fused=$(grep -c 'fma\.rn\.f32' "$work/kernel") reads=$(grep -c 'ld\.shared\.f32' "$work/kernel")
    [ "$fused" -gt 0 ] && [ $((fused * 9)) -eq $((reads * 8)) ] ||
        complain "$kernel ($options): $reads reads for $fused multiply-adds"
    in_registers
}
compile matmul_registers -DREAL=float matmul_5_registers.cl && {
    count 'multiply-adds' 'fma\.rn\.f32' 64
    count 'reads of local memory' 'ld\.shared\.f32' 16
    in_registers
}
for rung in 6_vectors 7_warps; do
    compile "matmul_${rung#*_}" "$f32 -DALIGNED=1" matmul_vec.cl "matmul_$rung.cl" && {
        count 'multiply-adds' 'fma\.rn\.f32' 1024
        count 'vector reads of local memory' 'ld\.shared\.v4\.f32' 64
        count 'scalar reads of local memory' 'ld\.shared\.f32' 0
        count 'vector reads of global memory' 'ld\.global\.nc\.v4' 2
        count 'barriers' 'bar\.sync' 2
        in_registers
    }
done

# The top rung: 16 steps of 8 x 8, of 16 bytes each way; its tiles are fetched at two places.
for aligned in 1 0; do
    compile matmul_buffered "$f32 -DALIGNED=$aligned" matmul_vec.cl matmul_8_buffered.cl && {
        count 'multiply-adds' 'fma\.rn\.f32' 1024
        count 'vector reads of local memory' 'ld\.shared\.v4\.f32' 64
        count 'scalar reads of local memory' 'ld\.shared\.f32' 0
        count 'vector stores to local memory' 'st\.shared\.v4' 2
        count 'transposing stores to local memory' 'st\.shared\.f32' 8
        count 'vector reads of global memory' 'ld\.global\.nc\.v4' $((8 * aligned))
        count 'scalar reads of global memory' 'ld\.global\.nc\.f32' $((32 * (1 - aligned)))
        count 'barriers' 'bar\.sync' 1
        in_registers
        registers 128
    }
done
compile matmul_buffered "$f64 -DALIGNED=1 -DBM=128 -DBN=64 -DBK=8 -DTM=8 -DTN=4" \
    matmul_vec.cl matmul_8_buffered.cl && {
    count 'multiply-adds' 'fma\.rn\.f64' 256
    count 'vector reads of local memory' 'ld\.shared\.v2\.f64' 48
    count 'scalar reads of local memory' 'ld\.shared\.f64' 0
    count 'barriers' 'bar\.sync' 1
    in_registers
    registers 168
}

# The tensor rung: of a warp's patch of 64 x 32 (doubles: 32 x 32), one instruction for every
# 16 x 8 (8 x 8) of it and its share of a step. One more is the probe's, in a kernel of its own.
tensor() { # NAME "OPTIONS" INSTRUCTIONS PATTERN READS
    compile matmul_tensor "$2 -DALIGNED=1" \
        matmul_vec.cl matmul_mma.cl matmul_mma_ptx.cl matmul_9_tensor.cl || return
    count "$1 instructions" "$4" "$3"
    count 'reads of local memory' 'ld\.shared' "$5"
    count 'barriers' 'bar\.sync' 1
    in_registers
    registers 255
}
tensor tf32 "$f32 -DWORD=uint -DTF32=1 -DPER_WORD=1 -DSTEP_WORDS=16" 32 \
    'mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32 ' 48
tensor bf16 "$f32 -DWORD=uint -DBF16=1 -DPER_WORD=2 -DSTEP_WORDS=16" 32 \
    'mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.bf16\.bf16\.f32 ' 48
tensor f64 "$f64 -DWORD=double -DF64=1 -DPER_WORD=1 -DSTEP_WORDS=8 -DBM=128 -DBN=64 -DWM=32 -DWN=32" 32 \
    'mma\.sync\.aligned\.m8n8k4\.row\.col\.f64\.f64\.f64\.f64 ' 16

# Bank conflicts, by the addresses that the kernels compute. Local memory serves a warp's
# accesses in turns of as many lanes as move 128 bytes: within a turn no two different words
# may lie in one of the 32 banks of 4 bytes. conflicts BYTES W BM TM TN
conflicts() {
    awk -v bytes="$1" -v w="$2" -v bm="$3" -v tm="$4" -v tn="$5" '
        function turn(what, first, lanes, wide,    i, s, bank, word, seen, worst, n) {
            for (i = first; i < first + lanes; i++)
                for (s = 0; s < wide / 4; s++) {
                    word = int(at[i] * bytes / 4) + s
                    bank = word % 32
                    if (!((bank, word) in seen)) { seen[bank, word] = 1; n = ++held[bank]
                        if (n > worst) worst = n }
                }
            for (bank in held) delete held[bank]
            if (worst > 1) print what ": " worst " words in one bank"
        }
        function all(what, wide,    i) {
            for (i = 0; i < 32; i += 128 / wide) turn(what, i, 128 / wide, wide)
        }
        BEGIN {
            row = bm + 4
            for (i = 0; i < 32; i++) at[i] = (int(i / 16) * 2 + i % 2) * w
            all("reading A", 16)
            for (i = 0; i < 32; i++) at[i] = int(i / 2) % 8 * w
            all("reading B", 16)
            for (i = 0; i < 32; i++) at[i] = i % 2 * w * row + int(i / 2)
            all("storing A transposed", bytes)
            for (i = 0; i < 32; i++) at[i] = i * w
            all("storing B", 16)
            step = bytes == 4 ? 16 : 8
            for (i = 0; i < 32; i++) at[i] = int(i / 4) * (step + 4) + i % 4
            all("reading A for a matrix instruction", bytes)
            for (i = 0; i < 32; i++) at[i] = i % 4 * (bm + 32 / bytes) + int(i / 4)
            all("reading B for a matrix instruction", bytes)
        }'
}
for tile in '4 4 128 8 8' '4 4 64 8 4' '8 2 128 8 4' '8 2 64 4 4'; do
    # shellcheck disable=SC2086
    found=$(conflicts $tile)
    [ -z "$found" ] || complain "bank conflicts with $tile: $found"
done
exit $bad
