--[[ introduced: conversation has been told what the visitor says of themselves.
     KEYS  1 prefix of the visitor
     ARGV  1 digest of what they said
     Returns {} ]]
local session = KEYS[1] .. ':session'
if redis.call('EXISTS', session) == 1 then redis.call('HSET', session, 'introduced', ARGV[1]) end
return {}
