#!/bin/sh
# Loads the drivers of one modscout plan, each once and in order.
#
#   exec.sh load_kmods [--strict]   load the modules
#   exec.sh on_boot_scripts         run the scripts for before the system disk is mounted
#   exec.sh on_os_load_scripts      run those for after it is mounted
#
# One line a module. A module that fails does not end the boot, because the next
# one may drive the disk; --strict, or STRICT=1 below, ends it with status 1.
# For a busybox with sh, insmod, uname, grep and dirname, and nothing else.
# What was said and found is told on the loader's stick too: bootlog.sh does that
# in the background.

cd "$(dirname "$0")" || exit 1
set -f # arguments are split at blanks, never expanded

@@VARIABLES@@
ROOT="${MODSCOUT_ROOT:-}" # where /proc, /sys, /dev and /tmp are; for tests

say() {
  echo "modscout: $*"
  { echo "$*" >>"$ROOT/tmp/modscout-load.log"; } 2>/dev/null
}

# value N KEY prints EXT_N_KEY.
value() {
  eval "echo \"\${EXT_${1}_${2}:-}\""
}

# in_kernel NAME: the module is loaded, or built in and visible as such.
in_kernel() {
  [ -d "$ROOT/sys/module/$1" ] || grep -q "^$1 " "$ROOT/proc/modules" 2>/dev/null
}

right_kernel() {
  running=$(uname -r)
  [ -z "$KERNEL_RELEASE" ] || [ "${running%+}" = "${KERNEL_RELEASE%+}" ] && return 0
  say "REFUSED: this kernel is $running, the modules are for $KERNEL_RELEASE; nothing was loaded"
  return 1
}

# load_module EXTENSION FILE NAME ARGS
load_module() {
  if in_kernel "$3"; then
    skipped=$((skipped + 1))
    say "$2 skipped: $3 is in the kernel already"
    return
  fi
  # shellcheck disable=SC2086 # ARGS are words
  answer=$(insmod "$1/$2" $4 2>&1)
  status=$?
  # shellcheck disable=SC2086,SC2116 # one line
  answer=$(echo $answer)
  case "$status $answer" in
    "0 "*)
      loaded=$((loaded + 1))
      say "$2 loaded" ;;
    *"File exists"*)
      skipped=$((skipped + 1))
      say "$2 skipped: $answer" ;;
    *)
      failed=$((failed + 1))
      say "$2 FAILED with status $status: $answer" ;;
  esac
}

# load_extension N ID
load_extension() {
  kmod=0
  for file in $(value "$1" kmod_files); do
    name=$(value "$1" "kmod_${kmod}_name")
    load_module "$2" "$file" "$name" "$(value "$1" "kmod_${kmod}_args")"
    if [ "$STRICT" = 1 ] && [ "$failed" -gt 0 ]; then
      return 1
    fi
    kmod=$((kmod + 1))
  done
}

load_kmods() {
  right_kernel || return 1
  loaded=0 skipped=0 failed=0 extension=0
  for id in $EXTENSION_IDS; do
    load_extension "$extension" "$id" || break
    extension=$((extension + 1))
  done
  say "$loaded loaded, $skipped skipped, $failed failed"
  [ "$failed" -eq 0 ]
}

# run_scripts KIND
run_scripts() {
  extension=0 failed=0
  for id in $EXTENSION_IDS; do
    script=$(value "$extension" "scripts_$1")
    if [ -n "$script" ]; then
      (set +f && cd "$id" && EXT_ID=$id && export PLATFORM_ID EXT_ID && . "./$script")
      status=$?
      say "$id $1 $script ended with status $status"
      [ "$status" -eq 0 ] || failed=1
    fi
    extension=$((extension + 1))
  done
  return "$failed"
}

# tell starts what writes the log to the loader's stick.
tell() {
  (sh "./$BOOT_LOG" </dev/null >"$ROOT/dev/console" 2>&1 &) 2>/dev/null
}

[ "${2:-}" = --strict ] && STRICT=1
case "${1:-}" in
  load_kmods) load_kmods; status=$?; tell ;;
  on_boot_scripts) run_scripts on_boot; status=$? ;;
  on_os_load_scripts) run_scripts on_os_load; status=$? ;;
  *)
    echo "usage: $0 load_kmods [--strict] | on_boot_scripts | on_os_load_scripts" >&2
    exit 2 ;;
esac
[ "$STRICT" = 1 ] || status=0
exit "$status"
