# Runs on the host: starts what writes down times, its clock so many days back ($1; 0: the real one).
set -eu
if [ "$1" = 0 ]; then
  rsyslogd
  apache2ctl start
else
  # There rsyslog must not take the kernel's word for when a message came.
  sed 's/^module(load="imuxsock")/module(load="imuxsock" SysSock.UseSysTimeStamp="off")\n$InputUnixListenSocketUseSysTimeStamp off/' \
    /etc/rsyslog.conf > /run/rsyslog.past.conf
  export LD_PRELOAD=/run/libfaketime.so.1 DONT_FAKE_MONOTONIC=1 FAKETIME="-${1}d"
  rsyslogd -f /run/rsyslog.past.conf
  apache2ctl start
fi
