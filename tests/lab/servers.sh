#!/bin/sh
# The files of lab/ with the servers that they are for, in a network of their own: OVMF
# starts by PXE and by HTTP boot, and sends its results.
set -eu
PATH=$PATH:/usr/sbin:/sbin

# A network without any other machine.
if [ -z "${LAB_NETWORK-}" ]; then
	if [ ! -c /dev/net/tun ] || ! unshare --net true 2>/dev/null; then
		echo '1..0 # SKIP no network of its own: needs root, unshare --net, /dev/net/tun'
		exit
	fi
	LAB_NETWORK=own exec unshare --net "$0"
fi
. tests/lab.sh

root=$scratch/srv
mkdir -p "$root/results" "$scratch/nginx"
ip link set lo up
ip tuntap add dev lab0 mode tap
ip address add 192.0.2.1/24 dev lab0
ip link set lab0 up

# Their configuration, with the folder of this test.
of_lab() { # FILE
	sed "s,/srv/tlbmark,$root," "lab/$1"
}

start_nginx() {
	cat >"$scratch/nginx.conf" <<-END
		daemon off;
		user root;
		pid $scratch/nginx/pid;
		error_log $scratch/nginx/error.log;
		events { }
		http {
			access_log $scratch/nginx/access.log;
$(printf '%s_temp_path '"$scratch/nginx"';\n' client_body proxy fastcgi uwsgi scgi)
			include $scratch/site.conf;
		}
	END
	of_lab nginx.conf >"$scratch/site.conf"
	nginx -p "$scratch/nginx" -e "$scratch/nginx/error.log" -c "$scratch/nginx.conf" &
	nginx=$!
}

start_dnsmasq() { # LINE-TO-LEAVE-OUT
	of_lab dnsmasq.conf | sed "/$1/d" >"$scratch/dnsmasq.conf"
	dnsmasq --keep-in-foreground --conf-file="$scratch/dnsmasq.conf" --user=root --group=root \
		--log-dhcp --dhcp-leasefile="$scratch/leases" --pid-file="$scratch/dnsmasq.pid" \
		--log-facility="$scratch/dnsmasq.log" &
	dnsmasq=$!
}
nginx=
dnsmasq=
tftpd=
trap 'kill $nginx $dnsmasq $tftpd 2>/dev/null || :; rm -rf "$scratch"' EXIT

# In the order of the card: PXE, then HTTP, of IPv4 alone.
boots() { # NAME
	bios='' machine=q35 device='-device virtio-blk-pci,drive=disk' start "$1" -accel tcg \
		-drive "if=pflash,format=raw,readonly=on,file=$share/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,file=$scratch/vars.fd" \
		-fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n \
		-fw_cfg "name=opt/org.tianocore/IPv4PXESupport,string=${pxe-y}" \
		-netdev tap,id=net,ifname=lab0,script=no,downscript=no \
		-device virtio-net-pci,netdev=net,bootindex=0,romfile=
}

put() { # FILE PATH
	curl -s -o /dev/null -w '%{http_code}\n' -T "$1" "http://192.0.2.1/results/$2"
}

never_overwrites() {
	curl -s -o /dev/null --retry 20 --retry-connrefused --retry-delay 1 http://192.0.2.1/ &&
		[ "$(put LICENSE m/run/a)" = 201 ] && [ "$(put Makefile m/run/a)" = 409 ] &&
		cmp LICENSE "$root/results/m/run/a" && rm -r "$root/results/m" &&
		[ "$(curl -s -o /dev/null -w '%{http_code}' -T LICENSE http://192.0.2.1/a)" = 405 ]
}
# shellcheck disable=SC1091,SC2086 # it is what Debian's service reads
tftp_gives() {
	of_lab tftpd-hpa >"$scratch/tftpd"
	. "$scratch/tftpd"
	in.tftpd --foreground --user root --address "$TFTP_ADDRESS" $TFTP_OPTIONS \
		"$TFTP_DIRECTORY" &
	tftpd=$!
	for _ in 1 2 3 4 5; do
		curl -s --max-time 3 -o "$scratch/back" tftp://192.0.2.1/LICENSE && break
	done
	kill $tftpd
	cmp LICENSE "$scratch/back"
}
cp LICENSE "$root"
check 'tftpd-hpa gives the files of the folder' tftp_gives

start_nginx
check 'nginx takes a file into a new folder, never twice, and nowhere else' never_overwrites

arrived() { # NAME URL FOLDER...
	[ $# -eq 3 ] || {
		echo "folders: $*"
		says "$1" 'the server has the results'
		return 1
	}
	ended_with 0 && says "$1" "$2: the server takes files" &&
		says "$1" 'the server has the results' && says "$1" "run_id,$1" &&
		same_as_serial "$1" "$3" && manifest_holds "$3"
}
arrived_by_http() { # NAME
	arrived "$1" http://192.0.2.1:80/results/ "$root"/results/*/*/
}

served http 'run = http' 'after = debugexit' 'transport = http, serial'
cp "$served"/* "$root"
start_dnsmasq tag:pxe
pxe=n boots http
check 'HTTP boot: tlbmark.cfg and results are on the server it came from' arrived_by_http http
# Two starts: of each the firmware's own, and that of the upload.
asks_once() {
	count=$(grep -c DHCPACK "$scratch/dnsmasq.log")
	echo "addresses given: $count"
	[ "$count" -eq 4 ]
}
check 'tlbmark.cfg is read from the address that HTTP boot has left' asks_once
kill $dnsmasq
wait $dnsmasq || :

rm -r "$root/results"/*
served pxe 'run = pxe' 'after = debugexit' 'transport = http, serial' \
	'upload = http://192.0.2.1/results' 'ip = 192.0.2.9/24'
cp "$served"/* "$root"
start_dnsmasq nothing
boots pxe
check 'PXE: the results are where upload says, from the address that ip says' arrived_by_http pxe

# As lab/README.md has it, where the server makes no folders.
put_into_folders() {
	(cd "$root/results" && for last in *-manifest.csv; do
		run=${last%-manifest.csv}
		mkdir "$run"
		for file in "$run"-*; do mv "$file" "$run/${file#"$run-"}"; done
	done)
}
arrived_by_tftp() { # NAME
	put_into_folders
	arrived "$1" tftp://192.0.2.1:6969/results/ "$root"/results/*/
}
rm -r "$root/results"/*
served tftp 'run = tftp' 'after = debugexit' 'transport = http, serial' \
	'upload = tftp://192.0.2.1:6969/results'
cp "$served"/* "$root"
# shellcheck disable=SC1091,SC2086 # the last line, which is left to whoever wants it
start_tftpd() {
	of_lab tftpd-hpa | sed 's/^#TFTP_OPTIONS/TFTP_OPTIONS/' >"$scratch/tftpd"
	. "$scratch/tftpd"
	in.tftpd --foreground --user root --address 192.0.2.1:6969 $TFTP_OPTIONS \
		"$TFTP_DIRECTORY" &
	tftpd=$!
}
start_tftpd
boots tftp
check 'TFTP: results are with a server that makes new files' arrived_by_tftp tftp
finish
