#!/bin/sh
# multiply.sh -- NumPy's matrices in and out, on every engine, and every odd file refused.
. "$(dirname "$0")/lib.sh"
python=$(command -v /usr/bin/python3 || command -v python3)
"$python" -c 'import numpy' 2>/dev/null || python=

if [ -n "$python" ]; then
    "$python" - <<'EOF_PY'
import numpy as np
r = np.random.default_rng(1)
for t in ('f4', 'f8'):
    a, b = r.random((37, 53)).astype(t), r.random((53, 29)).astype(t)
    np.save(f'a_{t}.npy', a)
    np.save(f'b_{t}.npy', b)
    np.save(f'af_{t}.npy', np.asfortranarray(a))
    np.save(f'bf_{t}.npy', np.asfortranarray(b))
    np.save(f'c_{t}.npy', a @ b)
np.save('int.npy', np.arange(6).reshape(2, 3))
np.save('cube.npy', np.zeros((2, 3, 4), 'f4'))
np.save('big_endian.npy', np.zeros((2, 3), '>f4'))
np.save('empty.npy', np.zeros((0, 37), 'f4'))
EOF_PY
    for type in f4 f8; do
        for engine in serial csp omp ocl; do
            expect 0 "$gopherbench" multiply a_$type.npy b_$type.npy -o c.npy -e $engine -q
            cp c.npy c1.npy
            expect 0 "$gopherbench" multiply af_$type.npy bf_$type.npy -o c.npy -e $engine -q
            fact "$engine $type: both orders give the same bytes" cmp c.npy c1.npy
            fact "$engine $type: NumPy reads the product back" "$python" -c "
import numpy as np
c, want = np.load('c.npy'), np.load('c_$type.npy')
assert c.dtype == want.dtype and c.shape == want.shape and c.flags['C_CONTIGUOUS']
assert np.allclose(c, want, rtol=1e-5)"
        done
    done
    expect 0 "$gopherbench" multiply empty.npy a_f4.npy -o c.npy -q
    fact "an empty product is a product" "$python" -c "
import numpy as np
assert np.load('c.npy').shape == (0, 53)"
    expect 4 "$gopherbench" multiply int.npy a_f4.npy
    one_sentence; says err 'int.npy.*i8'
    expect 4 "$gopherbench" multiply cube.npy a_f4.npy
    one_sentence; says err 'cube.npy'
    expect 4 "$gopherbench" multiply big_endian.npy a_f4.npy
    one_sentence; says err 'big_endian.npy'
    expect 4 "$gopherbench" multiply a_f4.npy b_f8.npy
    one_sentence; says err 'f32.*f64|type'
    expect 4 "$gopherbench" multiply a_f4.npy a_f4.npy
    one_sentence; says err '37x53|37 x 53'
    head -c 1000 a_f4.npy >short.npy
    expect 4 "$gopherbench" multiply short.npy b_f4.npy
    one_sentence; says err 'short.npy'
    expect 0 "$gopherbench" multiply a_f4.npy b_f4.npy
    says out '37|serial|omp'
    "$gopherbench" multiply a_f4.npy b_f4.npy -o - -q >piped.npy
    fact "-o - writes the matrix to stdout" "$python" -c "
import numpy as np
assert np.load('piped.npy').shape == (37, 29)"
    expect 5 "$gopherbench" multiply a_f4.npy b_f4.npy -o /nonexistent/c.npy
    one_sentence; says err '/nonexistent/c.npy: cannot write'
    expect 5 "$gopherbench" multiply a_f4.npy b_f4.npy -o .
    one_sentence
else
    echo "no NumPy here: the product is not read back"
    : >a_f4.npy
fi

expect 2 "$gopherbench" multiply a_f4.npy
one_sentence
expect 4 "$gopherbench" multiply missing.npy a_f4.npy
one_sentence; says err 'missing.npy.*No such file'
mkdir folder
expect 4 "$gopherbench" multiply folder a_f4.npy
one_sentence; says err 'folder'
mkfifo pipe
expect 4 timeout 20 "$gopherbench" multiply pipe a_f4.npy
one_sentence; says err 'pipe'
expect 4 "$gopherbench" multiply /dev/zero a_f4.npy
one_sentence; says err '/dev/zero'
: >empty_file
expect 4 "$gopherbench" multiply empty_file a_f4.npy
one_sentence; says err 'empty_file'
printf '\223NUMPY\001\000\377\377{' >liar.npy
expect 4 "$gopherbench" multiply liar.npy a_f4.npy
one_sentence
printf 'not a matrix at all, but long enough to have a header of some kind, or has it? no.' >text.npy
expect 4 "$gopherbench" multiply text.npy a_f4.npy
one_sentence; says err 'text.npy'
finish
