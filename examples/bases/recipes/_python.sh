# What the python images share.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_certificates.sh"
python_packages='python3 python3-pip python3-venv ca-certificates netbase tzdata'
# The official image lets pip install beside the packages it came with; Debian's marker would refuse it.
python_settings='
rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED
ln -s /usr/bin/python3 "$1/usr/local/bin/python3"
ln -s python3 "$1/usr/local/bin/python"
ln -s /usr/bin/pip3 "$1/usr/local/bin/pip"
find "$1/usr/lib/python3" "$1"/usr/lib/python3.* -depth -name __pycache__ -exec rm -rf {} +
'"$trust_machine_certificates"
env=(PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
command='["python3"]'
