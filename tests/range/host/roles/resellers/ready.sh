printf 'QUIT\r\n' | timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/2587; cat >&3; read -r line <&3; [ "${line:0:3}" = 220 ]'
