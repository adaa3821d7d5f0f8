--[[ assign: gives the ticket to an agent, for a routing leader whose token is not older than the fence.
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent  6 fencing token  7 from-states  8 status entry id  9 its bytes
           10 TicketVerdict bytes, kept if the ticket has none yet; or ''
     Returns {'ok', ticket's hash as a flat list} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} | {'illegal', state} ]]
local key, digest, ticket, agent = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local fenced = fenced_off(ARGV[6])
if fenced then return fenced end
local first = repeated(key, digest)
if first then return first end
local refused = refused_transition(ticket, ARGV[7])
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = redis.call('HMGET', ticket_key, 'con', 'token', 'verdict', 'agent')
local verdict = not t[3] and ARGV[10] ~= '' and { 'verdict', ARGV[10] } or {}
redis.call('HSET', ticket_key, 'state', 'a', 'agent', agent, 'token', t[2] + 1, 'wanted_agent', '', unpack(verdict))
redis.call('HDEL', ticket_key, 'hold', 'hold_until', 'hold_due', 'quiet')
if t[4] and t[4] ~= '' and t[4] ~= agent then redis.call('SREM', P .. 'held:' .. t[4], ticket) end
redis.call('SADD', P .. 'held:' .. agent, ticket)
local sequence = append(t[1], ARGV[8], ARGV[9], ticket, '')
local fields, all = with_ticket({ 'c', t[1], 't', ticket, 'e', ARGV[8], 's', sequence, 'g', agent }, ticket)
emit(4, fields)
return remember(key, digest, { 'ok', all })
