#!/bin/sh
# The node agent, which runs on a rented instance: it reports that the instance is ready, sends
# heartbeats until a reply is to stop, and destroys the instance when its time is over or replies stop.
# It needs sh, timeout and curl or wget. It has its lease token and the provider's key for this one
# instance, and must never have another key. The packed agent has no comments, but every other byte.

# Seconds: between heartbeats; without any reply so far; without a further reply; after the end; before
# the end, for the last script.
set -- ${GPU_SHOPPER_NODE_SECONDS:-60 1800 18000 60 60}
every=$1 silence=$2 outage=$3 grace=$4 spare=$5
host=${GPU_SHOPPER_HOST_KEY:-/etc/ssh/ssh_host_ed25519_key.pub}
ending=${GPU_SHOPPER_ON_ENDING:-/root/on-ending.sh}

# The numbers of heartbeats must increase, also after the container and this script start again.
number=$(date +%s)

# The uptime of the instance: its wall clock may be wrong, or may be corrected at any time.
tick() {
  read -r now _ </proc/uptime
  now=${now%.*}
}

# Calls $1 with the key $2: POST with $3, DELETE without.
call() {
  auth="Authorization: Bearer $2"
  if command -v curl >/dev/null; then
    timeout 20 curl -fsS -H "$auth" ${3:+-d} "${3:--XDELETE}" "$1"
  else
    timeout 20 wget -qO- --header "$auth" "--${3:+post-data=}${3:-method=DELETE}" "$1"
  fi
}

# nvidia-smi hangs when a GPU has fallen off the bus, and some images have no nvidia-smi.
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

# Sets $value to a whole number of the reply; empty when the reply has none.
field() {
  value=${reply#*"\"$1\":"}
  value=${value%%[!0-9]*}
}

# Sends the facts until a reply arrives. A value that a GPU can't report is null, and a line without
# exactly five values is left out.
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
    [ "$answered" ] || facts
  )\"telemetry\":{\"gpus\":[${gpus%,}],\"processes\":$#,\"rxBytes\":$in,\"txBytes\":$out,\
\"networkKbps\":$kbps,\"uptimeSeconds\":$((now - start)),\"jobId\":\"$GPU_SHOPPER_JOB_ID\"}}")
  case $reply in
    *'"carryOn":true'*)
      answered=$now silence=$outage
      field secondsLeft
      end=$((now + ${value:-$silence}))
      field everySeconds
      every=${value:-60}
      ;;
    *'"carryOn":false'*) stop=1 ;;
  esac
}

# Runs the user's last script once, in the background: heartbeats continue, and it can't delay the end.
finish() {
  [ "$finished" ] || [ ! -f "$ending" ] || timeout -s 9 "$spare" sh "$ending" &
  finished=1
}

tick
start=$now due=$now
# Only curl and GNU wget can send a DELETE; the wget of busybox can't.
command -v curl || wget --help 2>&1 | grep -q -e --method ||
  { apt-get update && apt-get install -y curl; } || apk add curl
# An instance is not ready before it has its SSH host key. Wait at most 60 s for the key.
until [ -s "$host" ] || [ $((now - start)) -ge 60 ]; do
  sleep 1
  tick
done

# Only a reply moves the end. Without another one, the instance ends at the last end that it received, or
# after `silence`: short before the first reply, and longer than any outage of the service after it.
while [ ! "$stop" ]; do
  [ "$now" -lt "$due" ] || { heartbeat; due=$((now + every)); }
  last=$((${answered:-$start} + silence))
  [ "${end:-$last}" -lt "$last" ] && last=$end
  [ "$now" -lt $((last - spare)) ] || finish
  [ "$now" -lt $((last + grace)) ] || break
  sleep 1
  tick
done
finish
wait

# Repeat: an accepted request is no proof, and the network may be down.
while echo gpu-shopper ends this instance; do
  if [ "$GPU_SHOPPER_DESTROY_KEY" ]; then
    call "$GPU_SHOPPER_DESTROY_URL" "$GPU_SHOPPER_DESTROY_KEY"
  else
    poweroff
  fi || echo gpu-shopper cannot end this instance
  sleep "$every"
done
