# Finds a place for the keeper, takes it over the line, tells its SHA-256 and runs it (src/remote_script.hpp has
# the words). It goes over the line as one line: each command ends with a semicolon, a comment has a line of its own.
LC_ALL=C; export LC_ALL; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:$PATH; export PATH; umask 077; cd /;
# The opening command's watchman is done with. What shells say of the dead goes nowhere.
exec 4>&2 2>/dev/null; kill -9 $w; w=; c=; d=;
echo "machine $(uname -s) $(uname -m)";
# Ends what waits for the line when that is cut and sshd does not notice. Once it runs, the keeper looks after itself.
watch() {
  [ -z "$w" ] || kill -9 $w;
  (i=0; while kill -0 $$ && [ $i -lt @PATIENCE@ ]; do sleep 1; i=$((i+1)); done;
   [ $i -lt @PATIENCE@ ] || { kill -9 $c $$; rm -rf "$d"; }) 3<&- 4>&- </dev/null >/dev/null & w=$!;
};
tidy() { [ -z "$w" ] || kill -9 $w; [ -z "$d" ] || rm -rf "$d"; };
trap tidy EXIT; trap 'exit 1' HUP INT TERM;
# The owner of a folder, and without the sticky bit whoever may write it, could put something else in the place of ours.
safe() { [ -O "$1" ] || { [ -k "$1" ] && [ "$(id -u)" != 0 ]; }; };
# What earlier runs left: of this job always, of another one when its shell is gone. Only what is ours.
for p in @PLACES@; do
  safe "$p" || continue;
  for o in "$p"/.rescue-*; do
    [ -d "$o" ] && [ ! -h "$o" ] && [ -O "$o" ] || continue;
    case $o in
      "$p"/.rescue-@JOB@-*) ;;
      *) [ -f "$o/pid" ] && q=$(cat "$o/pid") && [ -n "$q" ] && kill -0 "$q" && continue;;
    esac;
    rm -rf "$o";
  done;
done;
for p in @PLACES@; do
  case " @WITHOUT@ " in *" $p "*) continue;; esac;
  n="$p/.rescue-@JOB@-@NONCE@";
  { [ -n "$p" ] && [ -d "$p" ] && safe "$p" && mkdir -m 0700 "$n"; } || { echo "no write $p"; continue; };
  d=$n; why=;
  if ! { echo "$$" > "$d/pid"; } || ! { printf '#!/bin/sh\nexit 0\n' > "$d/try"; }; then why=room;
  elif ! chmod 0700 "$d/try" || ! "$d/try"; then why=run;
  else
    set -- $(df -Pk "$d" | tail -n 1);
    case ${4:-x} in *[!0-9]*) ;; *) [ "$4" -ge @NEED@ ] || why=room;; esac;
  fi;
  [ -n "$why" ] || break;
  echo "no $why $p"; rm -rf "$d"; d=;
done;
[ -n "$d" ] || { echo none; exit 0; };
echo "send $d";
exec 3<&0;
head -c @SIZE@ <&3 > "$d/keeper" & c=$!;
watch; wait $c; r=$?; c=; watch;
{ [ "$r" = 0 ] && [ "$(wc -c < "$d/keeper")" -eq @SIZE@ ]; } || { echo short; exit 0; };
h=$({ sha256sum "$d/keeper" || openssl dgst -sha256 -r "$d/keeper" || busybox sha256sum "$d/keeper"; });
while :; do
  echo "sum ${h%% *}";
  IFS= read -r a <&3 || exit 1;
  [ "$a" = back ] || break;
  cat "$d/keeper";
done;
[ "$a" = go ] || exit 1;
kill -9 $w; w=;
chmod 0700 "$d/keeper"; { "$d/keeper" "$d" @SILENCE@ <&3 3<&- 4>&-; } 2>&4; r=$?;
exit $r
