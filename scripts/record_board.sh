#!/usr/bin/env bash
# Records what jetmeter reads of this machine as a tree for tests/boards, without what tells whose
# machine it is: serial numbers, host and user names, MAC and IP addresses, UUIDs.
#
#   scripts/record_board.sh [--root DIR] OUT
#
# OUT must not exist. Works as a user; as root it also takes /sys/kernel/debug. --root reads another
# tree instead of / and runs no tool. Look at the result before you give it away.
set -u -o pipefail
export LC_ALL=C

readonly most_bytes=65536 # of one file
root=
out=

readonly synopsis='usage: scripts/record_board.sh [--root DIR] OUT'

usage() {
  echo "record_board: $1; $synopsis" >&2
  exit 1
}

help() {
  cat <<END
$synopsis

Records what jetmeter reads of this machine as a tree in the folder OUT, which must not exist,
without what tells whose machine it is. Works as a user; as root it also takes /sys/kernel/debug.

  --root DIR   reads this tree instead of / and runs no tool
  -h, --help   prints this
END
  exit 0
}

while [ $# -gt 0 ]; do
  case $1 in
    --root)
      [ $# -ge 2 ] || usage "--root needs a folder"
      root=${2%/}
      shift 2
      ;;
    -h | --help) help ;;
    -*) usage "unknown option '$1'" ;;
    *)
      [ -z "$out" ] || usage "one folder only"
      out=$1
      shift
      ;;
  esac
done
[ -n "$out" ] || usage "where to?"
[ ! -e "$out" ] || usage "'$out' exists already"
[ -z "$root" ] || [ -d "$root" ] || usage "'$root' is no folder"
mkdir -p "$out" || exit 1

# What is read, as patterns below the root.
readonly files='
/etc/nv_tegra_release /etc/nvpmodel.conf /var/lib/nvpmodel/status
/etc/nvfancontrol.conf /var/lib/nvfancontrol/status
/proc/cpuinfo /proc/meminfo /proc/stat /proc/buddyinfo /proc/vmstat /proc/uptime /proc/loadavg
/proc/pressure/cpu /proc/pressure/io /proc/pressure/memory /proc/swaps
/proc/sys/kernel/osrelease /proc/sys/kernel/arch
/proc/driver/nvidia/version /proc/driver/nvidia/gpus/*/information
/proc/device-tree/model /proc/device-tree/compatible /proc/device-tree/nvidia,dtsfilename
/proc/device-tree/chosen/ids /proc/device-tree/chosen/nvidia,sku
/proc/device-tree/chosen/plugin-manager/ids/*
/sys/firmware/devicetree/base/model /sys/firmware/devicetree/base/compatible
/sys/devices/system/clocksource/clocksource0/current_clocksource
/sys/devices/system/clocksource/clocksource0/available_clocksource
/sys/kernel/mm/transparent_hugepage/enabled /sys/block/zram*/mm_stat
/sys/devices/system/cpu/online /sys/devices/system/cpu/possible /sys/devices/system/cpu/present
/sys/devices/system/cpu/cpu[0-9]*/online
/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq
/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_m??_freq
/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor
/sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/core_throttle_count
/sys/class/thermal/thermal_zone*/type /sys/class/thermal/thermal_zone*/temp
/sys/class/thermal/thermal_zone*/trip_point_*_type
/sys/class/thermal/thermal_zone*/trip_point_*_temp
/sys/class/powercap/intel-rapl:*/name /sys/class/powercap/intel-rapl:*/energy_uj
/sys/class/powercap/intel-rapl:*/max_energy_range_uj
/sys/class/hwmon/hwmon*/name /sys/class/hwmon/hwmon*/in[1-7]_label
/sys/class/hwmon/hwmon*/in[1-7]_input /sys/class/hwmon/hwmon*/curr[1-4]_*
/sys/class/hwmon/hwmon*/power[0-9]*_label /sys/class/hwmon/hwmon*/power[0-9]*_input
/sys/class/hwmon/hwmon*/power[0-9]*_average
/sys/class/hwmon/hwmon*/pwm[0-9] /sys/class/hwmon/hwmon*/pwm[0-9][0-9]
/sys/class/hwmon/hwmon*/rpm /sys/class/hwmon/hwmon*/fan[0-9]*_input
/sys/class/hwmon/hwmon*/oc[0-9]*_event_cnt /sys/class/hwmon/hwmon*/oc[0-9]*_throt_en
/sys/devices/pwm-fan/cur_pwm /sys/devices/pwm-fan/target_pwm /sys/devices/pwm-fan/rpm_measured
/sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/name
/sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/in[1-7]_*
/sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/curr[1-4]_*
/sys/bus/i2c/drivers/ina238/*/hwmon/hwmon*/name
/sys/bus/i2c/drivers/ina238/*/hwmon/hwmon*/power[0-9]*_*
/sys/bus/i2c/drivers/ina3221x/*/iio:device*/name
/sys/bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_*
/sys/bus/i2c/drivers/ina3221x/*/iio:device*/in_*_input
/sys/class/devfreq/*/cur_freq /sys/class/devfreq/*/min_freq /sys/class/devfreq/*/max_freq
/sys/class/devfreq/*/governor /sys/class/devfreq/*/available_frequencies
/sys/class/devfreq/*/device/of_node/name /sys/class/devfreq/*/device/load
/sys/class/devfreq/*/device/tpc_pg_mask
/sys/devices/platform/bus@0/*.gpu/load /sys/devices/platform/bus@0/*.gpu/*_pg_mask
/sys/devices/platform/bus@0/*.gpu/railgate_enable
/sys/devices/platform/*.gpu/load /sys/devices/platform/*.gpu/*_pg_mask
/sys/devices/*.g[apv]1[01]b/load /sys/devices/*.g[apv]1[01]b/*_pg_mask
/sys/devices/gpu.0/load /sys/devices/gpu.0/*_pg_mask
/sys/devices/platform/gpu.0/load /sys/devices/platform/gpu.0/*_pg_mask
/sys/kernel/nvpmodel_emc_cap/emc_iso_cap /sys/kernel/nvpmodel_clk_cap/emc
/sys/kernel/actmon_avg_activity/mc_all
/sys/kernel/debug/cactmon/mc_all /sys/kernel/debug/bpmp/debug/actmon/mc_all_avg_activity
/sys/kernel/debug/bpmp/debug/clk/emc/rate /sys/kernel/debug/bpmp/debug/clk/emc/m??_rate
/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked
/sys/kernel/debug/clk/override.emc/clk_rate /sys/kernel/debug/clk/emc/clk_rate
/sys/kernel/debug/bpmp/debug/clk/nafll_gpc[01]/pto_counter
/sys/kernel/debug/bpmp/debug/clk/nafll_gpc[01]/max_rate
/sys/kernel/debug/nvmap/iovmm/clients /sys/kernel/debug/nvmap/stats/total_memory
'

# Words that must not get out: what this machine and its users are called, and their numbers. A name
# of one or two letters would tear other words apart. The longest first: a surname may be a part of a
# login.
secrets() {
  {
    cat "$root/etc/hostname" "$root/proc/sys/kernel/hostname" "$root/etc/machine-id" \
      "$root/proc/sys/kernel/random/boot_id"
    tr '\0' '\n' <"$root/proc/device-tree/serial-number"
    tr '\0' '\n' <"$root/sys/firmware/devicetree/base/serial-number"
    awk -F: '$3 >= 1000 && $3 < 60000 { print $1; n = split($5, name, /[ ,]+/); for (i = 1; i <= n; i++) print name[i] }' "$root/etc/passwd"
    awk -F: 'tolower($1) ~ /serial/ { print $2 }' "$root/proc/cpuinfo"
    if [ -z "$root" ]; then
      hostname
      id -un
      echo "${SUDO_USER:-}"
    fi
  } 2>/dev/null | tr -d ' \t\r' | grep -E '^.{3,}$' | grep -vixE 'root|nobody|user|localhost|nvidia|jetson|ubuntu|linux|tegra-ubuntu|orin|nano|xavier|thor|agx|tegra' | sort -u |
    awk '{ print length($0), $0 }' | sort -k 1,1nr -k 2 | cut -d ' ' -f 2-
}

# A sed script: the secrets first, then everything that has the form of an identifier. "0::/" begins
# the line of a process's control group, and is no address.
scrub_script() {
  local word
  while IFS= read -r word; do
    printf 's/%s/REMOVED/gI\n' "$(printf '%s' "$word" | sed 's/[^A-Za-z0-9_-]/\\&/g')"
  done < <(secrets)
  cat <<'SED'
s#^0::/#@unified@/#
s/[0-9a-f]{64}/REMOVED-ID/g
s/[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}/REMOVED-UUID/g
s/([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/REMOVED-MAC/g
s/(^|[^0-9.])([0-9]{1,3}\.){3}[0-9]{1,3}([^0-9.]|$)/\1REMOVED-IP\3/g
s/([0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}|[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*::([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?/REMOVED-IP/g
s/^([[:space:]]*[A-Za-z ]*([Ss]erial|UUID)[A-Za-z ]*:[[:space:]]*).*/\1REMOVED/
s#^@unified@/#0::/#
SED
}

taken=0 failed=()
script=$(mktemp) || exit 1
trap 'rm -f "$script"' EXIT
scrub_script >"$script"

# Binary files keep their NULs: sed works on bytes in the C locale.
scrub() { sed -E -f "$script"; }

# The fans, chips and zones of a tree are links; what they lead to is copied to where they stand. A
# file whose reading fails (EAGAIN: its unit is off) becomes an empty one.
# take PATH [NAME]: NAME where it lies in the result, if not at PATH.
take() {
  local path=$1 to=$out${2:-$1}
  [ -f "$root$path" ] || return
  [ -d "${to%/*}" ] || mkdir -p "${to%/*}"
  if ! head -c "$most_bytes" "$root$path" 2>/dev/null | scrub >"$to"; then : >"$to"; fi
  if [ -s "$to" ]; then taken=$((taken + 1)); else failed+=("$path"); fi
}

take_files() {
  local pattern found
  set -f
  for pattern in $files; do
    set +f
    # The pattern is to be expanded, the root is not.
    for found in "$root"$pattern; do
      take "${found#"$root"}"
    done
    set -f
  done
  set +f
}

# take_limits TREE GROUP FILE...: of a control group and all above it.
take_limits() {
  local top=$1 group=$2 file
  shift 2
  case $group in
    /*..*) group=/ ;;
    /*) ;;
    *) return ;;
  esac
  while :; do
    group=${group%/}
    for file in "$@"; do
      # A group may be named after a user or a container.
      take "$top$group/$file" "$(printf '%s\n' "$top$group/$file" | scrub)"
    done
    [ -n "$group" ] || return
    group=${group%/*}
  done
}

# What a container or a service may use, of the groups that this script runs in.
take_groups() {
  local line group
  take /proc/self/cgroup
  [ -r "$root/proc/self/cgroup" ] || return
  take /sys/fs/cgroup/cgroup.controllers
  while IFS= read -r line; do
    group=${line#*:*:}
    line=${line#*:}
    case ,${line%%:*}, in
      ,,) take_limits /sys/fs/cgroup "$group" memory.max cpu.max ;;
    esac
    case ,${line%%:*}, in
      *,memory,*) take_limits /sys/fs/cgroup/memory "$group" memory.limit_in_bytes ;;
    esac
    case ,${line%%:*}, in
      *,cpu,*)
        take_limits /sys/fs/cgroup/cpu "$group" cpu.shares cpu.cfs_quota_us cpu.cfs_period_us
        ;;
    esac
  done <"$root/proc/self/cgroup"
}

# The EEPROM holds the serial number beside the part number, so only the latter is taken.
take_part_number() {
  local path=/sys/bus/i2c/devices/0-0050/eeprom number
  number=$(tr -c 'A-Za-z0-9. -' '\n' 2>/dev/null <"$root$path" | grep -oE '699-1[0-9]{4}-[0-9]{4}-[0-9]{3}' | head -n 1)
  [ -n "$number" ] || return
  mkdir -p "$out${path%/*}"
  printf '%s\n' "$number" >"$out$path"
  taken=$((taken + 1))
}

# Which release of L4T is installed, where its own file does not say it; no other package.
take_l4t_package() {
  local path=/var/lib/dpkg/status package
  [ -f "$root$path" ] || return
  package=$(awk -v RS= '/(^|\n)Package: nvidia-l4t-core(\n|$)/' "$root$path" 2>/dev/null |
    grep -E '^(Package|Status|Version):' | head -c "$most_bytes")
  [ -n "$package" ] || return
  mkdir -p "$out${path%/*}"
  printf '%s\n' "$package" | scrub >"$out$path"
  taken=$((taken + 1))
}

# tool NAME COMMAND...: what a tool says, or that it is not there.
tool() {
  local name=$1
  shift
  if ! command -v "$1" >/dev/null; then
    missing+=("$1")
    return
  fi
  mkdir -p "$out/tool"
  # tegrastats goes on for ever: three lines of it, or what it says in four seconds.
  local lines=10000 seconds=20
  if [ "$1" = tegrastats ]; then lines=3 seconds=4; fi
  timeout "$seconds" "$@" 2>&1 </dev/null | head -n "$lines" | head -c "$most_bytes" | scrub >"$out/tool/$name"
  echo "  tool/$name"
}

missing=()
take_files
take_groups
take_part_number
take_l4t_package
echo "took $taken files"
if [ -n "$root" ]; then
  take /tool/nvidia_smi.txt # of a tree that was recorded before
else
  tool uname.txt uname -srm
  tool nvpmodel.txt nvpmodel -q
  tool jetson_clocks.txt jetson_clocks --show
  tool nvidia_smi.txt nvidia-smi -q
  tool tegrastats.txt tegrastats --interval 1000
fi
if [ ${#failed[@]} -gt 0 ]; then
  echo "empty, or could not be read:"
  printf '  %s\n' "${failed[@]}"
fi
if [ ${#missing[@]} -gt 0 ]; then echo "not on this machine: ${missing[*]}"; fi
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  echo "as root it would also take: EMC clock and load, GPU memory per process (/sys/kernel/debug),"
  echo "  RAPL's energy counters, the EEPROM's part number, and what jetson_clocks --show says"
fi
echo "left out: serial numbers, names of host and users, MAC and IP addresses, UUIDs"
echo "written to $out: look at it before you give it away"
