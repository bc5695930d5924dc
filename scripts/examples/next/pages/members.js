import { getSession, signOut, useSession } from 'next-auth/client'

// On the server: nobody sees the page, nor its data, who is not signed in.
export async function getServerSideProps({ req, resolvedUrl }) {
  const session = await getSession({ req })
  if (!session) {
    const destination = `/api/auth/signin?callbackUrl=${encodeURIComponent(resolvedUrl)}`
    return { redirect: { destination, permanent: false } }
  }
  return { props: { session } }
}

// In the browser: the same client as ever.
export default function Members() {
  const [session] = useSession()
  if (!session) return null
  return <h1>Hello, {session.user.name} <button onClick={() => signOut()}>Sign out</button></h1>
}
