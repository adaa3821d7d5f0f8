--[[ annotate: puts onto an open ticket what routing found out: a field that stays as it was first set, or a status entry.
     For a routing leader whose token is not older than the fence.
     ARGV  1 now  2 key  3 digest  4 ticket  5 fencing token  6 from-states  7 field, or ''  8 its bytes
           9 status entry id, or ''  10 its bytes  11 detail of its event
     Returns {'ok', ticket's hash} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} | {'illegal', state} ]]
local key, digest, ticket, field = ARGV[2], ARGV[3], ARGV[4], ARGV[7]
local fence = redis.call('GET', P .. 'fence')
if fence and tonumber(ARGV[5]) < tonumber(fence) then return { 'stale_fence', fence } end
-- A field that stays as it was first set needs no memory of the key.
local first = field == '' and repeated(key, digest)
if first then return first end
local refused = refused_transition(ticket, ARGV[6])
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = redis.call('HMGET', ticket_key, 'con', 'agent')
if field ~= '' then
  local set = redis.call('HSETNX', ticket_key, field, ARGV[8]) == 1
  local fields, all = with_ticket({ 'c', t[1], 't', ticket }, ticket)
  if set then emit(40, fields) end
  return { 'ok', all }
end
local sequence = append(t[1], ARGV[9], ARGV[10], ticket, '')
emit(41, { 'c', t[1], 't', ticket, 'e', ARGV[9], 's', sequence, 'g', t[2] or '', 'x', ARGV[11] })
return remember(key, digest, { 'ok', redis.call('HGETALL', ticket_key) })
