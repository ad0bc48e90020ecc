// Starts a Bluesky network on loopback, says where it is, and ends with its input.
// DB_POSTGRES_URL and REDIS_HOST say where it may keep what it knows.
import { TestNetwork } from '@atproto/dev-env'

const network = await TestNetwork.create({ dbPostgresSchema: 'umot' })
console.log(JSON.stringify({ home: network.pds.url, public: network.bsky.url }))
process.stdin.resume()
process.stdin.on('end', async () => {
  await network.close()
  process.exit(0)
})
