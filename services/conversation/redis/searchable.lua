--[[ searchable: what a search looks into, of many conversations of one partition in one round trip. Changes nothing.
     ARGV  1 now  2 entries of each  3.. conversation ids
     Returns for each {its con hash, its adr hash, hash of its ticket, its newest timeline items}, flat lists all; the first is
     empty if there is no such conversation ]]
local found = {}
for i = 3, #ARGV do
  local conversation = redis.call('HGETALL', P .. 'con:' .. ARGV[i])
  local ticket = field_map(conversation)['ticket']
  found[i - 2] = { conversation, redis.call('HGETALL', P .. 'adr:' .. ARGV[i]),
    ticket and redis.call('HGETALL', P .. 'tkt:' .. ticket) or {},
    redis.call('XREVRANGE', P .. 'tl:' .. ARGV[i], '+', '-', 'COUNT', ARGV[2]) }
end
return found
