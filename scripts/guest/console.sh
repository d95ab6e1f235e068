#!/bin/sh
# Answers the console: `@ID COMMAND` gives `@@BEGIN ID`, what the command prints, and `@@END ID STATUS`.
while IFS= read -r line; do
  case "$line" in
    @[0-9]*' '*) ;;
    *) continue ;;
  esac
  id="${line%% *}"
  id="${id#@}"
  echo "@@BEGIN $id"
  sh -c "${line#* }" </dev/null 2>&1
  status=$?
  # The command's last line may lack its end.
  echo
  echo "@@END $id $status"
done
