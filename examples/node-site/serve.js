// What the single-stage image serves the files with; the multi-stage one has nginx for it.
const fs = require('fs')
const http = require('http')
const path = require('path')

const root = path.join(__dirname, 'build')
const types = { '.html': 'text/html', '.js': 'application/javascript', '.css': 'text/css' }

http.createServer((request, response) => {
  const file = path.join(root, path.normalize('/' + decodeURI(request.url.split('?')[0])))
  const name = fs.existsSync(file) && fs.statSync(file).isFile() ? file : path.join(root, 'index.html')
  response.setHeader('Content-Type', types[path.extname(name)] ?? 'application/octet-stream')
  fs.createReadStream(name).pipe(response)
}).listen(8080)

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
