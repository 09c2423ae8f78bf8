// The types of what is used of modules that bring none.
declare module 'compression' {
  import { Handler } from 'express'
  export default function compression (): Handler
}

declare module 'express' {
  import { Server } from 'http'

  export interface Request {
    query: Record<string, string | string[] | undefined>
  }
  export interface Response {
    send: (body: string) => Response
    json: (body: unknown) => Response
    status: (code: number) => Response
    type: (type: string) => Response
  }
  export type Handler = (request: Request, response: Response, next: () => void) => void
  export interface Express {
    disable: (setting: string) => void
    use: (handler: Handler) => void
    get: (path: string, handler: Handler) => void
    listen: (port: number, host: string, ready: () => void) => Server
  }
  export default function express (): Express
}
