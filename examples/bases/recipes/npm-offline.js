// Makes npm and an offline npm registry out of Debian's packages of Node modules. node-slim.sh gives this file to node.
//
//   node npm-offline.js UNPACKED ROOT EPOCH NAME...
//
// UNPACKED holds unpacked Debian packages, modules under usr/share/nodejs. Under ROOT it makes usr/local/lib/node_modules/npm,
// and usr/local/share/npm-offline: a cache of npm's with the modules NAME... and all that they depend on, as if they had
// been fetched from registry.npmjs.org. With npm's setting `offline`, `npm install` and `npm ci` work with these.
//
// Where Debian has another version of a dependency than a module asks for, the module's package.json asks for Debian's;
// a dependency that Debian does without is left out, and so are scripts. Hence these tarballs have other digests than
// those of registry.npmjs.org, and a package-lock.json that is to serve both names no digests.
'use strict'
const { createHash } = require('crypto')
const fs = require('fs')
const path = require('path')
const { gzipSync } = require('zlib')

const [unpacked, root, epoch, ...wanted] = process.argv.slice(2)
const modules = path.join(unpacked, 'usr/share/nodejs')
const unused = ['eslint'] // Debian's cliui names it as a dependency; only its tests use it
Date.now = () => epoch * 1000 // what the cache notes as the time is the same each time

const cacache = require(path.join(modules, 'cacache'))
const semver = require(path.join(modules, 'semver'))

// A path in the unpacked packages with all symbolic links resolved as they will be once installed; null if it leads nowhere.
function resolve (name, depth = 0) {
  if (depth > 20) return null
  let resolved = unpacked
  const parts = path.relative(unpacked, name).split('/')
  for (let i = 0; i < parts.length; i++) {
    const next = path.join(resolved, parts[i])
    const info = fs.lstatSync(next, { throwIfNoEntry: false })
    if (!info) return null
    if (info.isSymbolicLink()) {
      const link = fs.readlinkSync(next)
      const target = link.startsWith('/') ? path.join(unpacked, link) : path.join(resolved, link)
      if (path.relative(unpacked, target).startsWith('..')) return null
      return resolve(path.join(target, ...parts.slice(i + 1)), depth + 1)
    }
    resolved = next
  }
  return resolved
}

// [name, path, executable] of the regular files of a directory, in a fixed order; links are followed.
function files (directory, prefix = '', seen = []) {
  const real = resolve(directory)
  if (!real || seen.includes(real)) return []
  const found = []
  for (const name of fs.readdirSync(real).sort()) {
    const file = resolve(path.join(real, name))
    if (!file) continue
    const info = fs.statSync(file)
    if (info.isDirectory()) found.push(...files(file, prefix + name + '/', [...seen, real]))
    else if (info.isFile()) found.push([prefix + name, file, (info.mode & 0o100) !== 0])
  }
  return found
}

// The module of a name: its directory and package.json; null if Debian's packages have none.
const known = new Map()
function moduleNamed (name, within = modules) {
  const directory = path.join(within, name)
  if (!known.has(directory)) {
    const file = resolve(path.join(directory, 'package.json'))
    let found = null
    if (file) {
      const manifest = JSON.parse(fs.readFileSync(file))
      if (manifest.name === name && semver.valid(manifest.version)) found = { directory, manifest }
    }
    known.set(directory, found)
  }
  return known.get(directory)
}

// Adds a module and what it depends on.
function close (name, found) {
  if (found.has(name)) return
  const module = moduleNamed(name)
  if (!module) throw new Error(`no Debian package given has a module '${name}'`)
  found.set(name, module)
  for (const dependency of Object.keys(adapted(module).wants)) close(dependency, found)
}

// The modules that a module brings along in its own node_modules.
function nested (module) {
  const directory = resolve(path.join(module.directory, 'node_modules'))
  if (!directory) return []
  const names = fs.readdirSync(directory).flatMap(name => name.startsWith('@')
    ? fs.readdirSync(path.join(directory, name)).map(rest => name + '/' + rest)
    : [name])
  return names.map(name => moduleNamed(name, path.join(module.directory, 'node_modules'))).filter(Boolean)
}

// The package.json as it can be fulfilled, and all modules beside it that are wanted for that.
function adapted (module) {
  if (module.adapted) return module.adapted
  const manifest = { ...module.manifest, dependencies: {}, peerDependencies: {} }
  const dropped = ['scripts', 'devDependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies',
    'peerDependenciesMeta', 'gypfile', 'files']
  for (const key of dropped) delete manifest[key]
  const inside = nested(module)
  const ask = (kind, name, range) => {
    if (inside.some(other => other.manifest.name === name)) return
    const other = moduleNamed(name)
    if (!other || other === module || unused.includes(name)) return
    manifest[kind][name] = semver.satisfies(other.manifest.version, range) ? range : other.manifest.version
  }
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = module.manifest
  for (const [name, range] of Object.entries({ ...optionalDependencies, ...dependencies })) ask('dependencies', name, range)
  for (const [name, range] of Object.entries(peerDependencies ?? {})) {
    if (!peerDependenciesMeta?.[name]?.optional) ask('peerDependencies', name, range)
  }
  for (const other of inside) {
    for (const [name, range] of Object.entries(adapted(other).wants)) {
      if (!manifest.dependencies[name]) ask('dependencies', name, range)
    }
  }
  module.adapted = { manifest, wants: { ...manifest.peerDependencies, ...manifest.dependencies } }
  return module.adapted
}

// A tar archive (ustar) as npm packs a module.
function archive (module) {
  const blocks = []
  const add = (name, data, executable) => {
    const header = Buffer.alloc(512)
    let prefix = ''
    let base = 'package/' + name
    while (Buffer.byteLength(base) > 100) {
      const slash = base.indexOf('/')
      if (slash < 0) throw new Error(`${name} is too long for a tar archive`)
      prefix += (prefix && '/') + base.slice(0, slash)
      base = base.slice(slash + 1)
    }
    const octal = (value, width) => value.toString(8).padStart(width - 1, '0') + '\0'
    header.write(base, 0)
    header.write(octal(executable ? 0o755 : 0o644, 8), 100)
    header.write(octal(0, 8), 108)
    header.write(octal(0, 8), 116)
    header.write(octal(data.length, 12), 124)
    header.write(octal(+epoch, 12), 136)
    header.write('        0', 148)
    header.write('ustar\0' + '00', 257)
    header.write(prefix, 345)
    header.write(octal(header.reduce((sum, byte) => sum + byte, 0), 7) + ' ', 148)
    blocks.push(header, data, Buffer.alloc((512 - data.length % 512) % 512))
  }
  add('package.json', Buffer.from(JSON.stringify(adapted(module).manifest, null, 2) + '\n'), false)
  for (const [name, file, executable] of files(module.directory)) {
    if (!['package.json', 'pkgjs-lock.json'].includes(name)) add(name, fs.readFileSync(file), executable)
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 })
}

async function main () {
  const npm = new Map()
  close('npm', npm)
  const home = path.join(root, 'usr/local/lib/node_modules/npm')
  for (const [name, module] of npm) {
    const target = name === 'npm' ? home : path.join(home, 'node_modules', name)
    for (const [file, source, executable] of files(module.directory)) {
      fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true })
      fs.copyFileSync(source, path.join(target, file))
      fs.chmodSync(path.join(target, file), executable ? 0o755 : 0o644)
    }
  }

  const offered = new Map()
  for (const name of wanted) close(name, offered)
  const cache = path.join(root, 'usr/local/share/npm-offline/_cacache')
  const store = (url, data, reqHeaders) => cacache.put(cache, 'make-fetch-happen:request-cache:' + url, data, {
    metadata: { time: epoch * 1000, url, reqHeaders, resHeaders: { 'cache-control': 'max-age=31536000' }, options: { compress: true } }
  })
  for (const [name, module] of offered) {
    const { manifest } = adapted(module)
    const { version } = manifest
    const tarball = `https://registry.npmjs.org/${name}/-/${path.basename(name)}-${version}.tgz`
    const data = archive(module)
    await store(tarball, data, {})
    const shasum = createHash('sha1').update(data).digest('hex')
    const integrity = 'sha512-' + createHash('sha512').update(data).digest('base64')
    const document = Buffer.from(JSON.stringify({
      name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist: { tarball, shasum, integrity } } }
    }))
    for (const accept of ['application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*', 'application/json']) {
      await store('https://registry.npmjs.org/' + name.replace('/', '%2f'), document, { accept })
    }
  }
}

main()
