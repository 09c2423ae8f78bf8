# node:*-slim: Debian's Node.js (18, whatever the name says) and npm 9 on a slim Debian, with a user `node`. npm is copied out
# of Debian's packages, as the official image has it in /usr/local: Debian's own would bring Python and headers along.
# An offline registry has the modules below, out of Debian's packages, as a cache of npm's (see npm-offline.js).
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_slim.sh"
stands_for='node:22-slim'
packages='nodejs ca-certificates netbase tzdata'
versions='nodejs libnode108 libc6'
node_packages='npm node-express node-compression mocha node-supertest node-typescript webpack node-babel7 node-babel-loader
    node-css-loader node-mini-css-extract-plugin node-react node-react-dom'
node_modules='express compression @types/express @types/node typescript mocha supertest webpack webpack-cli
    babel-loader @babel/core @babel/preset-env @babel/preset-react @babel/register css-loader mini-css-extract-plugin
    react react-dom'
customize=$slim_settings'
modules=$1/node-modules
mkdir -p "$modules/debs"
apt-get -o Dir::State::status=/dev/null --simulate --no-install-recommends install nodejs '${node_packages//$'\n'/ }' >"$modules/plan"
(
    cd "$modules/debs"
    apt-get -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -qq download \
        $(sed -nE "s/^Inst ((node|libjs)-[^ ]+|nodejs|npm|mocha|webpack|terser|handlebars) .*/\1/p" "$modules/plan")
)
for deb in "$modules"/debs/*.deb; do dpkg-deb --extract "$deb" "$modules/root"; done
cat >"$modules/npm-offline.js" <<"PROGRAM"
'$(cat "$here/recipes/npm-offline.js")'
PROGRAM
NODE_PATH=/node-modules/root/usr/share/nodejs chroot "$1" node /node-modules/npm-offline.js /node-modules/root / '$epoch' \
    '${node_modules//$'\n'/ }'
rm -rf "$modules"
printf "%s\n" "cache=/usr/local/share/npm-offline" offline=true audit=false fund=false update-notifier=false logs-max=0 \
    >"$1/usr/local/lib/node_modules/npm/npmrc"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$1/usr/local/bin/npx"
chroot "$1" groupadd --gid 1000 node
chroot "$1" useradd --uid 1000 --gid node --shell /bin/bash --create-home node
'
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["node"]'
