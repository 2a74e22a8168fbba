#!/bin/sh
# Starts the kernel, and a new one in the place of one that has died: sh keeper.sh NODE OPTION... launcher.js CONNECTION_FILE
# The two sides meet in a folder (src/kernel/wire/keeper.ts): pipes for the standard streams, the requests that wait for an
# answer while a kernel works, and the exit code of one that has died.
folder=$(mktemp -d "${TMPDIR:-/tmp}/reluctant-keeper-XXXXXX" 2>/dev/null) || exec "$@"
mkfifo "$folder/out" "$folder/err" 2>/dev/null || { rm -rf "$folder"; exec "$@"; }
# Open for both, so that opening waits for nobody, and what is written survives the kernel.
exec 3<>"$folder/out" 4<>"$folder/err"
export RELUCTANT_KEEPER="$folder"
trap 'kill -TERM "$kernel" 2>/dev/null' TERM
trap 'kill -HUP "$kernel" 2>/dev/null' HUP
trap '' INT

while :; do
  "$@" >&3 2>&4 3>&- 4>&- &
  kernel=$!
  # A signal ends the waiting, and not the kernel.
  while :; do
    wait "$kernel"
    code=$?
    kill -0 "$kernel" 2>/dev/null || break
  done
  # It has ended in good order, or before it could work: there is nothing to go on with.
  [ -e "$folder/running" ] || break
  echo "$code" >"$folder/died"
done

# What was said last is for the log of whoever has started the kernel.
exec 5<"$folder/err"
exec 4>&-
cat <&5 >&2
rm -rf "$folder"
exit "$code"
