#!/bin/sh
# Lets the host of this machine have its TPM prove what was booted. Lines come and go over the virtio port gatewright.attest.0:
#   HELLO NONCE                      everything that was loaded is gone             -> HELLO NONCE
#   COMMAND HEX                      a command of a TPM, of those below             -> ANSWER HEX
#   LOG                              the event log of the firmware                  -> LOG HEX
#   SECRET NAME INDEX COUNT HEX      a command that opens one part of a secret      -> ANSWER HEX, without what was in it
# Whatever else comes is answered with REFUSED. A secret is put together in /run/gatewright/secrets, for root only.
export PATH="${PATH:-/bin:/sbin:/usr/bin:/usr/sbin}"
# What comes is text, and no pattern of files.
set -f
port="$1"
tpm="${2:-/dev/tpmrm0}"
log="${3:-/sys/kernel/security/tpm0/binary_bios_measurements}"
secrets="${4:-/run/gatewright/secrets}"

hex() { xxd -p -c 256 | tr -d '\n'; }

# One write, one read, on one open file: what is loaded stays as long as it is open.
transmit() {
  echo "$1" | xxd -r -p | dd bs=4096 count=1 iflag=fullblock >&3 2>/dev/null && dd bs=4096 count=1 <&3 2>/dev/null | hex
}

# What attestation needs, and nothing that changes the TPM: CreatePrimary in the endorsement hierarchy, ReadPublic, FlushContext,
# NV_ReadPublic, NV_Read, Quote, PCR_Read, StartAuthSession, PolicySecret of the endorsement hierarchy, ActivateCredential.
allowed() {
  case "$1" in
    *[!0-9a-f]*) return 1 ;;
    80020000????000001314000000b*) ;;
    800[12]0000????0000017[36e]*) ;;
    800[12]0000????00000165*) ;;
    800[12]0000????00000169*) ;;
    800[12]0000????0000014e*) ;;
    800[12]0000????00000158*) ;;
    80020000????000001514000000b*) ;;
    800[12]0000????00000147*) ;;
    *) return 1 ;;
  esac
  [ ${#1} -le 8192 ]
}

# Of an answer: header, size of the parameters, then TPM2B_DIGEST with index, count, length, zero, four bytes of the name's hash, and
# 24 bytes, all in hex.
keep_part() {
  name="$1" index="$2" count="$3" answer="$4"
  part="$(echo "$answer" | cut -c 33-96)"
  [ "$(echo "$answer" | cut -c 29-32)" = 0020 ] && [ ${#part} -eq 64 ] && [ "$index" -lt "$count" ] || return 1
  [ "$(echo "$part" | cut -c 1-4)" = "$(printf '%02x%02x' "$index" "$count")" ] || return 1
  # A part of one secret is none of another one.
  [ "$(echo "$part" | cut -c 7-16)" = "00$(printf %s "$name" | sha256sum | cut -c 1-8)" ] || return 1
  bytes="$(printf '%d' "0x$(echo "$part" | cut -c 5-6)")"
  [ "$bytes" -le 24 ] || return 1
  umask 077
  mkdir -p "$secrets" || return 1
  [ "$index" -gt 0 ] || : > "$secrets/.$name"
  # Each part once, in its place: all before it are full.
  [ -f "$secrets/.$name" ] && [ "$(wc -c < "$secrets/.$name")" -eq $((24 * index)) ] || return 1
  [ "$bytes" -eq 0 ] || echo "$part" | cut -c "17-$((16 + 2 * bytes))" | xxd -r -p >> "$secrets/.$name"
  [ $((index + 1)) -lt "$count" ] || mv "$secrets/.$name" "$secrets/$name"
}

# A leading zero would be octal to the shell.
is_number() { case "$1" in '' | 0?* | ????* | *[!0-9]*) return 1 ;; esac; }

secret() {
  case "$1" in '' | *[!a-z0-9-]* | -*) echo REFUSED; return ;; esac
  is_number "$2" && is_number "$3" || { echo REFUSED; return; }
  case "$4" in 80020000????00000147*) ;; *) echo REFUSED; return ;; esac
  allowed "$4" && answer="$(transmit "$4")" || { echo REFUSED; return; }
  if [ "$(echo "$answer" | cut -c 13-20)" = 00000000 ] && ! keep_part "$1" "$2" "$3" "$answer"; then
    rm -f "$secrets/.$1"
    echo REFUSED
    return
  fi
  # Who carries the answer has no business with what was in it.
  echo "ANSWER $(echo "$answer" | cut -c 1-20)"
}

serve() {
  while read -r word rest; do
    # shellcheck disable=SC2086
    set -- $rest
    case "$word" in
      HELLO)
        exec 3<&-
        # A shell ends when it cannot open what it was told to.
        [ -c "$tpm" ] || { echo REFUSED; continue; }
        exec 3<>"$tpm"
        echo "HELLO $(echo "$1" | tr -cd 0-9a-f | cut -c 1-64)" ;;
      COMMAND)
        if allowed "$1"; then echo "ANSWER $(transmit "$1")"; else echo REFUSED; fi ;;
      SECRET) secret "$1" "$2" "$3" "$4" ;;
      LOG)
        echo "LOG $( [ -r "$log" ] && head -c 1048576 "$log" | hex)" ;;
      '') ;;
      *) echo REFUSED ;;
    esac
  done
}

# Reading ends at once while nobody listens at the other end.
while [ -c "$port" ]; do
  # Only once can it be open.
  exec 4<>"$port"
  serve <&4 >&4 2>/dev/null
  exec 4<&-
  sleep 1
done
