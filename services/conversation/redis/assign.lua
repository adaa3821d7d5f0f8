--[[ assign: gives the ticket to an agent, for a routing leader whose token is not older than the fence. A ticket of another shard
     is theirs to assign; by a take-over it becomes the leader's shard's.
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent  6 fencing token  7 from-states  8 status entry id  9 its bytes
           10 TicketVerdict bytes, kept if the ticket has none yet; or ''  11 who takes it over, or ''
     Returns {'ok', ticket's hash as a flat list, sequence} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} |
             {'illegal', state} | {'other_shard', shard}. Of its event it tells the place alone; the first time, not when the
             key is repeated. ]]
local key, digest, ticket, agent = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local fenced = fenced_off(ARGV[6])
if fenced then return fenced end
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local ticket_key = P .. 'tkt:' .. ticket
local t = field_map(redis.call('HGETALL', ticket_key))
local refused = refused_state(t.state, ARGV[7])
if refused then return refused end

local changes = { state = 'a', agent = agent, token = string.format('%d', t.token + 1), wanted_agent = '' }
local shard = shard_of(ARGV[6]) + 1
if t.shard and tonumber(t.shard) ~= shard then
  if ARGV[11] == '' then return { 'other_shard', t.shard } end
  changes.shard = string.format('%d', shard)
end
if not t.verdict and ARGV[10] ~= '' then changes.verdict = ARGV[10] end
local hash = {}
for name, value in pairs(changes) do
  hash[#hash + 1] = name
  hash[#hash + 1] = value
end
redis.call('HSET', ticket_key, unpack(hash))
local pauses = { hold = true, hold_until = true, hold_due = true, quiet = true }
if t.hold or t.hold_until or t.hold_due or t.quiet then redis.call('HDEL', ticket_key, 'hold', 'hold_until', 'hold_due', 'quiet') end
for name, value in pairs(t) do
  if not changes[name] and not pauses[name] then
    hash[#hash + 1] = name
    hash[#hash + 1] = value
  end
end
if t.agent and t.agent ~= '' and t.agent ~= agent then redis.call('SREM', P .. 'held:' .. t.agent, ticket) end
redis.call('SADD', P .. 'held:' .. agent, ticket)
local sequence = append(t.con, ARGV[8], ARGV[9], ticket, '')
emit_place(4, with_ticket({ 'c', t.con, 't', ticket, 'e', ARGV[8], 's', sequence, 'g', agent }, ticket, hash))
return remember_ticket(key, digest, hash, sequence)
