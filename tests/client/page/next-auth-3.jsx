// A page as the documentation of next-auth/client 3 has it, and the client itself as window.client.
// /next-auth-3.html?options={"keepAlive":60} gives the Provider options; ?alone leaves the Provider out.
import React from 'react'
import { render } from 'react-dom'
import * as client from 'next-auth/client'

const { Provider, signIn, signOut, useSession } = client
const query = new URLSearchParams(window.location.search)

window.client = client
/** What useSession gave, render by render. */
window.seen = []

function Greeting() {
  const [session] = useSession()
  return <h1>Hello, {session ? session.user.name : 'stranger'}</h1>
}

function Account() {
  const [session, loading] = useSession()
  window.seen.push({ session, loading })
  if (loading) return <p>Loading…</p>
  if (!session) return <button onClick={() => signIn('demo')}>Sign in with Demo</button>
  return <p>Signed in as {session.user.email} <button onClick={() => signOut()}>Sign out</button></p>
}

// Without a Provider next-auth/client serves one useSession a page.
const page = query.has('alone')
  ? <Account />
  : <Provider options={JSON.parse(query.get('options') ?? '{}')}><Greeting /><Account /></Provider>
render(<main>{page}</main>, document.getElementById('page'))
