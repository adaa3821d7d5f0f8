--[[ hold: the ticket stays with its holder and is left alone for a while.
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent, or '' for whoever acts past the holder  6 assignment token
           7 from-states  8 TicketHold bytes  9 its end  10 status entry id  11 its bytes
     Returns {'ok', ticket's hash} | {'key_reused'} | {'no_ticket'} | {'illegal', state} | {'stale_assignment', holder} ]]
local key, digest, ticket = ARGV[2], ARGV[3], ARGV[4]
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local refused = refused_transition(ticket, ARGV[7]) or not_holder(ticket, ARGV[6], ARGV[5])
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
redis.call('HSET', ticket_key, 'hold', ARGV[8], 'hold_until', ARGV[9])
redis.call('HDEL', ticket_key, 'hold_due')
local t = redis.call('HMGET', ticket_key, 'con', 'agent')
local sequence = append(t[1], ARGV[10], ARGV[11], ticket, '')
local fields, all = with_ticket({ 'c', t[1], 't', ticket, 'e', ARGV[10], 's', sequence, 'g', t[2] }, ticket)
emit(42, fields)
return remember_ticket(key, digest, all)
