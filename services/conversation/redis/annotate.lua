--[[ annotate: appends to an open ticket's conversation that one of the ticket's clocks passed a mark.
     For a routing leader whose token is not older than the fence.
     ARGV  1 now  2 key  3 digest  4 ticket  5 fencing token  6 from-states  7 status entry id  8 its bytes  9 detail of its event
     Returns {'ok', ticket's hash} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} | {'illegal', state} ]]
local key, digest, ticket = ARGV[2], ARGV[3], ARGV[4]
local fenced = fenced_off(ARGV[5])
if fenced then return fenced end
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local refused = refused_transition(ticket, ARGV[6])
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = redis.call('HMGET', ticket_key, 'con', 'agent')
local sequence = append(t[1], ARGV[7], ARGV[8], ticket, '')
emit(41, { 'c', t[1], 't', ticket, 'e', ARGV[7], 's', sequence, 'g', t[2] or '', 'x', ARGV[9] })
return remember_ticket(key, digest, redis.call('HGETALL', ticket_key))
