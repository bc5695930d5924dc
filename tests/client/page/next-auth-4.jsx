// A page as the documentation of next-auth/react 4 has it, and the client itself as window.client.
// /next-auth-4.html?options={"refetchInterval":60} gives the SessionProvider properties; ?members asks for a session (`required`).
import React from 'react'
import { render } from 'react-dom'
import * as client from 'next-auth-4/react'

const { SessionProvider, signIn, signOut, useSession } = client
const query = new URLSearchParams(window.location.search)

window.client = client
/** What useSession gave, render by render. */
window.seen = []

function Greeting() {
  const { data } = useSession()
  return <h1>Hello, {data ? data.user.name : 'stranger'}</h1>
}

function Account() {
  const { data, status, update } = useSession({ required: query.has('members') })
  window.seen.push({ data, status })
  window.update = update
  if (status === 'loading') return <p>Loading…</p>
  if (status === 'unauthenticated') return <button onClick={() => signIn('demo')}>Sign in with Demo</button>
  return <p>Signed in as {data.user.email} <button onClick={() => signOut()}>Sign out</button></p>
}

render(
  <main><SessionProvider {...JSON.parse(query.get('options') ?? '{}')}><Greeting /><Account /></SessionProvider></main>,
  document.getElementById('page')
)
