import { createApp } from './app'

const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '0.0.0.0'

const server = createApp().listen(port, host, () => console.log(`lighthouse listens on ${host}:${port}`))

// As process 1 node gets no default action for signals.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => server.close(() => process.exit(0)))
}
