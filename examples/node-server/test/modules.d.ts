// What the tests use of modules without types of their own.
declare module 'supertest' {
  import { Express } from 'express'
  export default function request (app: Express): { get: (path: string) => Promise<{ status: number, text: string }> }
}
declare function describe (name: string, body: () => void): void
declare function it (name: string, body: () => void | Promise<void>): void
