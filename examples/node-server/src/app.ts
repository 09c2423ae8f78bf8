import compression from 'compression'
import express, { Express } from 'express'
import { character, lights, seen } from './lights'

const version = '1.0.0'

const escape = (text: string): string => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`)

/** The service, without a port. */
export function createApp (): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(compression())

  app.get('/', (_request, response) => {
    const rows = lights.map(light => `<tr><td>${escape(light.name)}</td><td>${character(light)}</td></tr>`)
    response.send(`<!doctype html><title>Lighthouses</title><h1>Lighthouses</h1><table>${rows.join('')}</table>`)
  })

  app.get('/api/info', (_request, response) => {
    response.json({ name: 'lighthouse', version, lights: lights.length })
  })

  app.get('/api/lights', (request, response) => {
    const { flashes, period } = request.query
    if (flashes === undefined && period === undefined) {
      response.json(lights)
      return
    }
    if (!(Number(flashes) > 0) || !(Number(period) > 0)) {
      response.status(400).json({ error: 'flashes and period are numbers above zero' })
      return
    }
    response.json(seen(Number(flashes), Number(period)))
  })

  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n')
  })

  return app
}
