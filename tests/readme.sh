#!/bin/sh
# readme.sh -- README's figures are those of results/, and it names only files that exist.
#   readme.sh SOURCE_DIR GOPHERBENCH
set -u
GOPHERBENCH=$2
export GOPHERBENCH
cd "$1" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
cp -r README.md dev results "$work" && (cd "$work" && ./dev readme) || { echo "readme.sh: ./dev readme fails"; bad=1; }
cmp -s README.md "$work/README.md" || { echo "README's table is not results/': run ./dev readme"; bad=1; }
grep -oE '`(common|cpu|gpu|kernels|tests)/[A-Za-z0-9_./*<>-]+`' README.md | tr -d '`' | sort -u |
    while read -r name; do
        case $name in *'<'*) continue ;; esac
        # A name may be a pattern.
        # shellcheck disable=SC2086
        ls -d $name >/dev/null 2>&1 || echo "$name"
    done >"$work/missing"
[ ! -s "$work/missing" ] || { echo "README names what is not there:"; cat "$work/missing"; bad=1; }
exit $bad
