# The certificate authorities that this machine's administrator has added, for images whose programs fetch over HTTPS while
# an image is built: behind a proxy that opens TLS, nothing can be fetched without them. Most machines have none, and
# nothing is added then. Needs the package ca-certificates.
# shellcheck shell=bash disable=SC2034,SC2016
trust_machine_certificates=''
for certificate in /usr/local/share/ca-certificates/*.crt; do
    [ -f "$certificate" ] || continue
    trust_machine_certificates+='cat >"$1/usr/local/share/ca-certificates/'$(basename "$certificate")'" <<"CERTIFICATE"
'$(cat "$certificate")'
CERTIFICATE
'
done
if [ -n "$trust_machine_certificates" ]; then
    trust_machine_certificates+='chroot "$1" update-ca-certificates >"$1/dev/null"
'
fi
