--[[ What every script of conversation shares. Prepended to each script when the binary is built.

     KEYS[1] is the partition's prefix, "hark:{p7}"; every key below it carries the same hash tag, so a script stays in one
     partition, and on one node of a cluster. Time is ARGV[1] (milliseconds), never the server's clock.

     con:<conversation>    hash    seq, name, ticket (open or last), updated, preferred (agents), windows ('1' if win: has any), called_back ('1' if back: ever had any); of merges: moved (where it is part of), parts
                                   (what is part of it), view (entries numbered by view:), expects, leaving (under way),
                                   carried (its ticket), restored, unmerged_by, unmerged_from,
                                   merge (id of the saga that froze it), by:<part> (id of the saga that joined it)
     view:<conversation>   list    "<conversation> <seq>" of the entry with this sequence, '' where one went back; sequences
                                   above its length are the conversation's own
     sagas                 set     customers who are being merged into, or taken out of, one of this partition
     saga:<customer>       hash    kind, survivor, agent, reason, key, digest, id, merge (id that is taken back), at;
                                   who comes late with the id of a saga that is over does nothing
     refused:<saga id>     string  it could not freeze its loser, and will not; kept a day
     parted:<customer>     list    sequences to give back; :owed list entry, thread; :fold hash entry -> obligation
     tkt:<ticket>          hash    con, state (q queued, a assigned, r resolved), agent, token, opened, waiting, resolved,
                                   attrs (Ticket bytes: what does not change), wanted_agent, wanted_skills, declined,
                                   disposition, resolved_by, verdict (TicketVerdict bytes), before (when the customer's last one
                                   was resolved), line ('1' while the customer is on the telephone), chat ('1' once the
                                   customer has written by chat), hold (TicketHold bytes), hold_until, hold_due ("<status entry> <at>" of one whose time came), quiet (since when the
                                   customer is the one to write next), queued (since when it waits this time, if not since it
                                   was opened), wanted_queue, virtual, preferred, before_agent, origin ("<channel> <account>" of the
                                   message that opened it), shard (routing's,
                                   from 1; there is none until one takes it, and where there is only one), passage
                                   (TicketPassage bytes: why it is that one's)
     tl:<conversation>     stream  <seq>-0: e Entry bytes, i entry id, t ticket, h thread
     lines:<conversation>  set     calls of its that are not over
     ent:<entry>           string  "<conversation> <seq>"
     obl:<conversation>    hash    entry -> "<seq> <thread>" of every unanswered message
     fold:<conversation>   hash    <entry>:d "<state> <at>[/<again at>] <detail>" · <entry>:o "1" owed again, "2 <reply>" answered, "3" waived · <entry>:also accounts
                                   · <entry>:c "<revision> <CallProgress bytes>" · <entry>:w since when it lay ready unfetched, if that was told
     thr:<thread>          hash    con, channel, account, last_reply; agent (of a thread that we started: who wrote last)
     refs:<conversation>   hash    native reference -> thread
     adr:<conversation>    hash    address -> "1" verified, "0" not
     win:<conversation>    hash    "<account> <address>" -> until when the network lets it be answered, ms
     mat:<conversation>    hash    address -> why it may be this customer's as well
     seen:<channel>:<id>   string  cmsgpack of what accepting it returned; kept for the time a sender may repeat it
     idem:<key>            string  cmsgpack {digest of the request, result}; kept a day
     out:<entry>           hash    m OutboundMessage bytes, con, account, state, attempts, lease, channel (of a reply); for the day that it comes
                                   back: thread, agent, settles (entries, sequences), upto (sequence seen), next (reply of its thread),
                                   attrs (of a started message: Ticket bytes); back ('1' if it calls the customer back)
     back:<conversation>   set     replies that call the customer back, and have not come to a talk yet
     heard:<call>:<conversation>  string  how many of them were withdrawn because of this call; kept a day
     outq:<account>        zset    entry by the time it is due, or its lease ends
     unfetched             zset    replies that lie ready for customers to fetch, by the time since when; not yet told of
     held:<agent>          set     tickets assigned to the agent
     past:<conversation>   list    tickets by the order in which they were last resolved
     open                  zset    open tickets by the time they were opened
     all                   zset    conversations by their last change
     blob:<id>             string  small contents
     qua                   stream  input that could not be read
     addr:<address>        string  whose address it is: conversation, of any partition; written once. In the partition
                                   that a customer lives in whose first address this is
     ev, evpos             stream, counter: the event log, positions 1, 2, 3 ... without gaps
     fence, fence:<n>      string  token of the leader of routing's first shard, and of shard n, from 1 ]]
local P = KEYS[1] .. ':'
local now = ARGV[1]

-- Where everything of this conversation is now, if not here.
local function moved(conversation)
  local to = redis.call('HGET', P .. 'con:' .. conversation, 'moved')
  return to and { 'moved', to } or nil
end

local function has_word(words, word)
  return string.find(' ' .. (words or '') .. ' ', ' ' .. word .. ' ', 1, true) ~= nil
end

-- Something of a merged customer comes to this conversation: `via` is the part of it that they came through, or ''.
-- Refused while that part is being taken out, and after.
local function not_part(conversation, via)
  if via == '' then return nil end
  local con = redis.call('HMGET', P .. 'con:' .. conversation, 'parts', 'expects', 'leaving')
  if not con[3] and (has_word(con[1], via) or con[2] == via) then return nil end
  return { 'moving' }
end

-- Of a ticket's hash, what the one who opened it has not sent.
local function without_attributes(hash)
  local rest = {}
  for i = 1, #hash, 2 do
    if hash[i] ~= 'attrs' then
      rest[#rest + 1] = hash[i]
      rest[#rest + 1] = hash[i + 1]
    end
  end
  return rest
end

local function field_map(list)
  local map = {}
  for i = 1, #list, 2 do map[list[i]] = list[i + 1] end
  return map
end

-- What this run puts into the log rides back with its result, so that whoever ran the script need not read it again; of an
-- event that they can make themselves only its place.
local emitted = {}
local function log(kind, fields)
  local id = redis.call('INCR', P .. 'evpos') .. '-0'
  redis.call('XADD', P .. 'ev', id, 'y', kind, 'a', now, unpack(fields))
  return id
end
local function emit(kind, fields)
  emitted[#emitted + 1] = { log(kind, fields), { 'y', kind, 'a', now, unpack(fields) } }
end
local function emit_place(kind, fields)
  emitted[#emitted + 1] = { log(kind, fields) }
end

-- The ticket as it is now, as event fields "t.<name>": readers of the log need not ask back. Also as its hash, which who
-- has it may pass.
local function with_ticket(fields, ticket, hash)
  local all = hash or redis.call('HGETALL', P .. 'tkt:' .. ticket)
  for i = 1, #all, 2 do
    fields[#fields + 1] = 't.' .. all[i]
    fields[#fields + 1] = all[i + 1]
  end
  return fields, all
end

-- `more` are further fields of the conversation that change with it; `last` is its sequence, from who has read it already.
local function append(conversation, entry, bytes, ticket, thread, more, last)
  local con = P .. 'con:' .. conversation
  local sequence = tonumber(last or redis.call('HGET', con, 'seq') or '0') + 1
  redis.call('XADD', P .. 'tl:' .. conversation, sequence .. '-0', 'e', bytes, 'i', entry, 't', ticket, 'h', thread)
  redis.call('SET', P .. 'ent:' .. entry, conversation .. ' ' .. sequence)
  redis.call('HSET', con, 'seq', sequence, 'updated', now, unpack(more or {}))
  redis.call('ZADD', P .. 'all', now, conversation)
  return sequence
end

-- Returns the first result if this key was used before, or {'key_reused'} if it was for another request.
local function repeated(key, digest)
  local known = redis.call('GET', P .. 'idem:' .. key)
  if not known then return nil end
  local first = cmsgpack.unpack(known)
  if first[1] ~= digest then return { 'key_reused' } end
  return first[2]
end

-- Before a merge, or before it was taken back, the key may have been used in another partition.
local function used_elsewhere(conversation, looked)
  if looked == '1' then return nil end
  local con = redis.call('HMGET', P .. 'con:' .. conversation, 'parts', 'unmerged_from')
  return ((con[1] and con[1] ~= '') or con[2]) and { 'look' } or nil
end

local function remember(key, digest, result)
  redis.call('SET', P .. 'idem:' .. key, cmsgpack.pack({ digest, result }), 'EX', 86400)
  return result
end

-- The same of a result whose second value is the ticket's hash: what it was opened with never changes, so it is read again
-- rather than kept twice.
local function remember_ticket(key, digest, hash, sequence)
  remember(key, digest, { 'ok', without_attributes(hash), sequence })
  return { 'ok', hash, sequence }
end
local function repeated_ticket(key, digest, ticket)
  local first = repeated(key, digest)
  if first and first[1] == 'ok' then
    first[2][#first[2] + 1] = 'attrs'
    first[2][#first[2] + 1] = redis.call('HGET', P .. 'tkt:' .. ticket, 'attrs') or ''
  end
  return first
end

-- May `agent` act on the ticket with `token`? An unassigned ticket is acted on with token 0, by anybody.
local function not_holder(ticket, token, agent)
  local t = redis.call('HMGET', P .. 'tkt:' .. ticket, 'state', 'token', 'agent')
  local current = t[1] == 'a' and t[2] or '0'
  local another = t[1] == 'a' and agent ~= '' and agent ~= t[3]
  if current ~= token or another then return { 'stale_assignment', t[3] or '' } end
  return nil
end

-- A routing leader's token tells its shard, from 0, and its term: shard × 2^32 + term. Each shard has a fence of its own.
local function shard_of(token) return math.floor(tonumber(token) / 4294967296) end
local function fence_of(token)
  local shard = shard_of(token)
  return P .. (shard == 0 and 'fence' or 'fence:' .. shard)
end

-- A newer leader of the same shard has raised the fence above this token.
local function fenced_off(token)
  local fence = redis.call('GET', fence_of(token))
  return fence and tonumber(token) < tonumber(fence) and { 'stale_fence', fence } or nil
end

-- The transition table is C++ (core/ticket.h); it arrives as the states it may start from.
local function refused_state(state, from)
  if not state then return { 'no_ticket' } end
  if not string.find(from, state, 1, true) then return { 'illegal', state } end
  return nil
end
local function refused_transition(ticket, from)
  return refused_state(redis.call('HGET', P .. 'tkt:' .. ticket, 'state'), from)
end

local function settle(conversation, entry, state)
  redis.call('HDEL', P .. 'obl:' .. conversation, entry)
  redis.call('HSET', P .. 'fold:' .. conversation, entry .. ':o', state)
end

-- Puts an outbound message into the outbox, as the last one of its thread.
local function send(conversation, entry, message, account, thread, agent)
  local before = redis.call('HGET', P .. 'thr:' .. thread, 'last_reply')
  if before then redis.call('HSET', P .. 'out:' .. before, 'next', entry) end
  redis.call('HSET', P .. 'thr:' .. thread, 'last_reply', entry)
  if redis.call('HEXISTS', P .. 'thr:' .. thread, 'agent') == 1 then redis.call('HSET', P .. 'thr:' .. thread, 'agent', agent) end
  redis.call('HSET', P .. 'fold:' .. conversation, entry .. ':d', '1 ' .. now .. ' ')
  redis.call('HSET', P .. 'out:' .. entry, 'm', message, 'con', conversation, 'account', account, 'state', '1', 'attempts', '0',
    'thread', thread, 'agent', agent)
  redis.call('ZADD', P .. 'outq:' .. account, now, entry)
end

-- Something is to be done about the ticket: it is no longer left alone.
local function stir(conversation, ticket, why)
  local key = P .. 'tkt:' .. ticket
  local held = redis.call('HDEL', key, 'hold') == 1
  redis.call('HDEL', key, 'hold_until', 'quiet')
  if held then emit(43, with_ticket({ 'c', conversation, 't', ticket, 'x', why }, ticket)) end
end

-- Nothing of the customer's is unanswered any more, so they are the one to write next. Returns the detail of an event.
local function grow_quiet(conversation, ticket)
  if redis.call('EXISTS', P .. 'obl:' .. conversation) == 1 then return '' end
  redis.call('HSET', P .. 'tkt:' .. ticket, 'quiet', now)
  return 'quiet'
end

-- An open ticket, for `wanted` first, if that is not ''; `last` was the conversation's one before, if any. Whoever calls this
-- makes it the conversation's. Returns its hash. `preferred` are the customer's agents, from who has read them already;
-- `chat` is '1' if a chat opens it; `origin` is what a customer's message came through.
local function new_ticket(conversation, ticket, attributes, wanted, last, preferred, chat, origin)
  local before = last and redis.call('HMGET', P .. 'tkt:' .. last, 'resolved', 'resolved_by') or {}
  local hash = { 'con', conversation, 'state', 'q', 'agent', '', 'token', '0', 'opened', now, 'waiting', now,
    'attrs', attributes, 'wanted_agent', wanted, 'before', before[1] or '0' }
  local function also(name, value)
    if not value or value == '' then return end
    hash[#hash + 1] = name
    hash[#hash + 1] = value
  end
  also('before_agent', before[2])
  also('chat', chat)
  also('origin', origin)
  also('preferred', preferred or redis.call('HGET', P .. 'con:' .. conversation, 'preferred'))
  redis.call('HSET', P .. 'tkt:' .. ticket, unpack(hash))
  redis.call('ZADD', P .. 'open', now, ticket)
  return hash
end

-- The conversation has no open ticket: here is one.
local function open_ticket(conversation, ticket, attributes, wanted)
  local key = P .. 'con:' .. conversation
  new_ticket(conversation, ticket, attributes, wanted, redis.call('HGET', key, 'ticket'))
  redis.call('HSET', key, 'ticket', ticket)
end

-- The ticket does what one was opened for that is no more: its age, and its clocks, count from then.
local function opened_at(ticket, time)
  redis.call('HSET', P .. 'tkt:' .. ticket, 'opened', time)
  redis.call('ZADD', P .. 'open', time, ticket)
end

-- A resolved ticket waits for an agent again: for `wanted` first, if that is not ''. It is its own one before.
local function requeue(ticket, wanted)
  local key = P .. 'tkt:' .. ticket
  local t = redis.call('HMGET', key, 'con', 'resolved', 'resolved_by')
  if t[2] then
    redis.call('HSET', key, 'before', t[2], 'before_agent', t[3] or '', 'preferred',
      redis.call('HGET', P .. 'con:' .. t[1], 'preferred') or '')
  end
  redis.call('HSET', key, 'state', 'q', 'agent', '', 'waiting', now, 'queued', now, 'declined', '', 'wanted_agent', wanted,
    'wanted_queue', '', 'virtual', '0')
  redis.call('HDEL', key, 'chat', 'resolved', 'wanted_skills', 'passage')
  redis.call('ZADD', P .. 'open', redis.call('HGET', key, 'opened'), ticket)
end

-- A call of the customer's goes on, or is over: their ticket says whether they are on the line. They may have two lines, and
-- calls ring and end on their own. Returns the ticket if it says something else now and is open.
local function on_the_line(conversation, call, goes_on)
  redis.call(goes_on and 'SADD' or 'SREM', P .. 'lines:' .. conversation, call)
  local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket') or ''
  local key, line = P .. 'tkt:' .. ticket, tostring(redis.call('EXISTS', P .. 'lines:' .. conversation))
  local t = redis.call('HMGET', key, 'state', 'line')
  if not t[1] or (t[2] or '0') == line then return nil end
  redis.call('HSET', key, 'line', line)
  return t[1] ~= 'r' and ticket or nil
end

-- A message did not arrive: a ticket is open for it, and a status entry with the network's words says so.
local function put_before_somebody(conversation, entry, bytes, new_ticket, attributes, agent, detail)
  local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket')
  local tells = 20
  if not ticket then
    ticket, tells = new_ticket, 21
    open_ticket(conversation, ticket, attributes or '', agent)
  elseif redis.call('HGET', P .. 'tkt:' .. ticket, 'state') == 'r' then
    tells = 7
    requeue(ticket, agent)
  end
  local sequence = append(conversation, entry, bytes, ticket, '')
  local fields = { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'x', detail }
  emit(tells, tells == 20 and fields or with_ticket(fields, ticket))
  if tells == 20 then stir(conversation, ticket, detail) end
end

local function store_blobs(from)
  if from > #ARGV then return end
  local blobs = {}
  for i = from, #ARGV, 2 do
    blobs[#blobs + 1] = P .. 'blob:' .. ARGV[i]
    blobs[#blobs + 1] = ARGV[i + 1]
  end
  redis.call('MSET', unpack(blobs))
end

