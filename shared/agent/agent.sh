#!/bin/sh
# What runs on a rented instance: it says that the instance is ready, heartbeats until it is told to stop,
# and ends the instance when its time is over or nobody is heard any more. It needs sh, timeout and
# curl or wget; it knows its lease token and what the provider gives this one instance, and must
# never hold any other key. Comments don't travel, but every other byte does: see the bench.

# Seconds: between heartbeats, of hearing nothing, after the end, before the end for the last script.
set -- ${GPU_SHOPPER_NODE_SECONDS:-60 1800 60 60}
every=$1 deaf=$2 grace=$3 spare=$4
host=${GPU_SHOPPER_HOST_KEY:-/etc/ssh/ssh_host_ed25519_key.pub}
ending=${GPU_SHOPPER_ON_ENDING:-/root/on-ending.sh}

# The numbers of heartbeats must grow, also when the container and this script are started again.
number=$(date +%s)

# The instance's own seconds: its wall clock may be wrong, or be put right at any time.
tick() {
  read -r now _ </proc/uptime
  now=${now%.*}
}

# Calls $1 with the key $2: posts $3, or deletes when there is nothing to post.
call() {
  auth="Authorization: Bearer $2"
  if command -v curl >/dev/null; then
    timeout 20 curl -fsS -H "$auth" ${3:+-d} "${3:--XDELETE}" "$1"
  else
    timeout 20 wget -qO- --header "$auth" "--${3:+post-data=}${3:-method=DELETE}" "$1"
  fi
}

# nvidia-smi hangs when a card has fallen off its bus, and some images have none.
smi() {
  timeout 20 nvidia-smi --query-gpu="$1" --format=csv,noheader,nounits
}

facts() {
  key=$(sed -n '1s/["\\]//g;1s/.*/"&"/p' "$host")
  echo "\"facts\":{\"sshHostKey\":${key:-null}"
  smi count,driver_version,name |
    sed -n '1s/\([0-9]*\), \(.*\), \(.*\)/,"gpuCount":\1,"driver":"\2","gpuName":"\3"/p'
  echo },
}

# A whole number of the reply, as $value; empty when it isn't there.
field() {
  value=${reply#*"\"$1\":"}
  value=${value%%[!0-9]*}
}

# Facts travel until a reply shows that they arrived. Whatever a card can't say becomes null, and a
# line that isn't made of five values is left out.
heartbeat() {
  number=$((number + 1)) in=0 out=0 kbps=null
  gpus=$(smi utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw |
    sed -n 's/[^,]*[^-0-9., ][^,]*/null/g;s/^\([^,]*,\)\{4\}[^,]*$/[&],/p')
  while read -r name rx _ _ _ _ _ _ _ tx _; do
    case $name in
      lo:) ;;
      *:) in=$((in + rx)) out=$((out + tx)) ;;
    esac
  done </proc/net/dev
  [ "${then:-$now}" -lt "$now" ] && kbps=$(((in + out - sum) / 125 / (now - then)))
  sum=$((in + out)) then=$now
  set -- /proc/[0-9]*
  reply=$(call "$GPU_SHOPPER_NODE_URL" "$GPU_SHOPPER_LEASE_TOKEN" "{\"number\":$number,$(
    [ "$heard" ] || facts
  )\"telemetry\":{\"gpus\":[${gpus%,}],\"processes\":$#,\"rxBytes\":$in,\"txBytes\":$out,\
\"networkKbps\":$kbps,\"uptimeSeconds\":$((now - start)),\"jobId\":\"$GPU_SHOPPER_JOB_ID\"}}")
  case $reply in
    *'"carryOn":true'*)
      heard=$now
      field secondsLeft
      end=$((now + ${value:-$deaf}))
      field everySeconds
      every=${value:-60}
      ;;
    *'"carryOn":false'*) stop=1 ;;
  esac
}

# The user's last script, once and in the background: heartbeats go on, and nothing holds up the end.
finish() {
  [ "$finished" ] || [ ! -f "$ending" ] || timeout -s 9 "$spare" sh "$ending" &
  finished=1
}

tick
start=$now due=$now
# Only curl and GNU's wget can send a DELETE: busybox has a wget that can't.
command -v curl || wget --help 2>&1 | grep -q -e --method ||
  { apt-get update && apt-get install -y curl; } || apk add curl
# An instance without its SSH host key is not ready yet; one that never has one is taken as it is.
until [ -s "$host" ] || [ $((now - start)) -ge 60 ]; do
  sleep 1
  tick
done

# Only a reply moves the end. Without any, an instance outlives its last one by `deaf` and `grace`.
while [ ! "$stop" ]; do
  [ "$now" -lt "$due" ] || { heartbeat; due=$((now + every)); }
  last=$((${heard:-$start} + deaf))
  [ "${end:-$last}" -lt "$last" ] && last=$end
  [ "$now" -lt $((last - spare)) ] || finish
  [ "$now" -lt $((last + grace)) ] || break
  sleep 1
  tick
done
finish
wait

# Asked again and again: an accepted request proves nothing, and the network may be away.
while echo gpu-shopper ends this instance; do
  if [ "$GPU_SHOPPER_DESTROY_KEY" ]; then
    call "$GPU_SHOPPER_DESTROY_URL" "$GPU_SHOPPER_DESTROY_KEY"
  else
    poweroff
  fi || echo gpu-shopper cannot end this instance
  sleep "$every"
done
