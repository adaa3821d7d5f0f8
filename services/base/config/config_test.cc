#include "base/config/config.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/config/names.h"
#include "base/config/yaml_tree.h"

namespace hark {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::Not;

std::string error_of(std::string_view yaml) {
  const Result<v1::Config> result = read_config(yaml, "hark.yaml");
  return result.ok() ? "(read without error)" : result.error().message;
}

v1::Config read(std::string_view yaml) {
  Result<v1::Config> result = read_config(yaml, "hark.yaml");
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? *result : v1::Config{};
}

TEST(Config, TheDefaultsAreValid) { EXPECT_THAT(validate(default_config()), ::testing::IsEmpty()); }

TEST(Config, AnEmptyFileMeansTheDefaults) {
  EXPECT_TRUE(MessageDifferencer::Equals(read(""), default_config()));
  EXPECT_TRUE(MessageDifferencer::Equals(read("# nothing but a comment\n"), default_config()));
}

TEST(Config, RefusesACannedReplyWithAVariableThatDoesNotExistByItsLine) {
  const std::string yaml =
      "console:\n"
      "  canned_replies:\n"
      "    - id: hello\n"
      "      title: Hello\n"
      "      text: Dear {{customer_name}}, {{first_name}} {{\n"
      "    - id: hello\n"
      "      language: LV!\n"
      "      title: Again\n"
      "      text: x\n";
  const auto error = error_of(yaml);
  EXPECT_THAT(error, HasSubstr("hark.yaml:5: console.canned_replies[0].text: {{first_name}} is unknown"));
  EXPECT_THAT(error, HasSubstr("has no closing }}"));
  EXPECT_THAT(error, HasSubstr("'hello' is taken by console.canned_replies[0]"));
  EXPECT_THAT(error, HasSubstr("'LV!' is no language"));
}

TEST(Config, WhatIsPrintedAsTheDefaultReadsBackAsTheDefault) {
  const v1::Config again = read(default_yaml());
  std::string difference;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(again, default_config())) << difference << default_yaml();
}

TEST(Config, TheDefaultsAreCommentedFromTheSchema) {
  const std::string yaml = default_yaml();
  EXPECT_THAT(yaml, HasSubstr("# Folder of everything that Hark writes on this machine. `--data` overrides "
                              "it.\ndata_dir: ./data\n"));
  EXPECT_THAT(yaml, HasSubstr("\n  port_base: 7470\n"));
  EXPECT_THAT(yaml, HasSubstr("    # support@example.com. Mail to"));
  EXPECT_THAT(yaml, HasSubstr("\n      address: support@hark.localhost\n"));
}

TEST(Config, EveryFieldOfTheSchemaIsDocumentedInTheDefaults) {
  const std::string yaml = default_yaml();
  std::vector<const google::protobuf::Descriptor*> open{v1::Config::descriptor()};
  while (!open.empty()) {
    const auto* type = open.back();
    open.pop_back();
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_THAT(yaml, HasSubstr(type->field(i)->name() + ":")) << type->field(i)->full_name();
      // What stands in a list that is empty by default has its documentation in the schema alone.
      const bool listed = type->field(i)->name() == "queues" || type->field(i)->name() == "decline_rests";
      if (type->field(i)->message_type() != nullptr && !listed)
        open.push_back(type->field(i)->message_type());
    }
  }
}

TEST(Config, AValueInTheFileReplacesOnlyItself) {
  const v1::Config config =
      read("listen:\n  port_base: 9000\nemail: {relay: {url: 'smtp://mail.example.com:587'}}\n");
  EXPECT_EQ(config.listen().port_base(), 9000);
  EXPECT_EQ(config.listen().host(), "127.0.0.1");
  EXPECT_EQ(config.email().relay().url(), "smtp://mail.example.com:587");
  EXPECT_TRUE(config.email().relay().require_tls());
  EXPECT_EQ(config.accounts_size(), default_config().accounts_size());
}

TEST(Config, AListInTheFileReplacesTheDefaultList) {
  const v1::Config config =
      read("agents:\n  - id: eva\n    password: correct horse\n    skills: [billing, 'language:lv=5']\n");
  ASSERT_EQ(config.agents_size(), 1);
  EXPECT_EQ(config.agents(0).id(), "eva");
  EXPECT_EQ(config.agents(0).role(), "agent");
  EXPECT_EQ(config.agents(0).capacity_units(), 5);
  EXPECT_EQ(config.agents(0).skills(1), "language:lv=5");
  EXPECT_EQ(read("agents: []\n").agents_size(), 0);
}

TEST(Config, AnyTextComesBackAsItWasPrinted) {
  for (const std::string text : {"Kundu dienests",
                                 "a: b",
                                 "# no comment",
                                 "- dash",
                                 "true",
                                 "12",
                                 "0x1F",
                                 "1e5",
                                 "~",
                                 "null",
                                 "'",
                                 "\"",
                                 "a\\b",
                                 "two\nlines",
                                 "tab\there",
                                 " spaces ",
                                 "{flow}",
                                 "[list]",
                                 "*alias",
                                 "&anchor",
                                 "!tag",
                                 "%",
                                 "@at",
                                 "`",
                                 "ā🙂",
                                 ":"}) {
    v1::Config config = default_config();
    config.mutable_accounts(0)->set_name(text);
    config.mutable_agents(0)->set_password(text);
    const v1::Config again = read(to_yaml(config, Secrets::kShown));
    ASSERT_EQ(again.accounts_size(), 4) << text;
    EXPECT_EQ(again.accounts(0).name(), text);
    EXPECT_EQ(again.agents(0).password(), text);
  }
}

TEST(Config, HidesSecretsWhenAsked) {
  v1::Config config = default_config();
  config.mutable_email()->mutable_relay()->set_password("s3cret-relay");
  config.mutable_redis()->set_password("s3cret-redis");
  config.mutable_agents(0)->set_password("s3cret-agent");
  config.mutable_accounts(1)->mutable_chat()->set_identity_secret("s3cret-of-the-site");
  auto& social = *config.mutable_accounts(2)->mutable_social();
  social.set_access_token("s3cret-token");
  social.set_secret("s3cret-of-webhooks");
  social.set_verify_token("s3cret-verify");
  EXPECT_THAT(to_yaml(config, Secrets::kShown), HasSubstr("s3cret-relay"));
  EXPECT_THAT(to_yaml(config, Secrets::kHidden), Not(HasSubstr("s3cret")));
  EXPECT_THAT(to_yaml(config, Secrets::kHidden), HasSubstr("password: (hidden)"));
}

TEST(Config, SaysEverythingThatIsWrongAtOnceInTheOrderOfTheFile) {
  EXPECT_EQ(error_of("listen:\n"
                     "  prot_base: 7000\n"
                     "partitions: many\n"
                     "redis:\n"
                     "  connections: 0\n"
                     "log: {level: loud}\n"),
            "hark.yaml:2: listen: unknown key 'prot_base'; did you mean 'port_base'?\n"
            "hark.yaml:3: partitions: expected a whole number, found 'many'\n"
            "hark.yaml:5: redis.connections: 0 is out of range; it goes from 1 to 64\n"
            "hark.yaml:6: log.level: 'loud' is not one of trace, debug, info, warning, error");
}

TEST(Config, GoesOnAfterAnUnknownKeyWithinTheSameGroup) {
  EXPECT_EQ(error_of("routing:\n"
                     "  gone_polcy: keep\n"
                     "  email_units: 0\n"
                     "  chat_units: lots\n"
                     "  wrap_up_secs: 5\n"
                     "  social_units: 0\n"
                     "agents:\n"
                     "  - idd: eva\n"
                     "    role: boss\n"),
            "hark.yaml:2: routing: unknown key 'gone_polcy'; did you mean 'gone_policy'?\n"
            "hark.yaml:3: routing.email_units: 0 is out of range; it goes from 1 to 1000\n"
            "hark.yaml:4: routing.chat_units: expected a whole number, found 'lots'\n"
            "hark.yaml:5: routing: unknown key 'wrap_up_secs'; did you mean 'wrap_up_seconds'?\n"
            "hark.yaml:6: routing.social_units: 0 is out of range; it goes from 1 to 1000\n"
            "hark.yaml:8: agents[0]: unknown key 'idd'; did you mean 'id'?\n"
            "hark.yaml:8: agents[0].password: is missing\n"
            "hark.yaml:9: agents[0].role: 'boss' is not one of agent, supervisor, administrator")
      << "nothing is said of the id, which is there by a wrong name";
}

TEST(Config, TheBeginningOfAKeyLeadsToAllThatBeginSo) {
  EXPECT_EQ(
      error_of("routing: {sla: [{id: a, first_response: 20}]}\n"),
      "hark.yaml:1: routing.sla[0]: unknown key 'first_response'; did you mean 'first_response_minutes' or "
      "'first_response_seconds'?");
  EXPECT_THAT(error_of("routing: {sla: [{resolution_hours: 8}]}\n"),
              HasSubstr("did you mean 'resolution_minutes' or 'resolution_seconds'?"));
  EXPECT_THAT(error_of("routing: {channels: {chat: {max: 3}}}\n"), HasSubstr("did you mean 'tickets_max'?"));
}

TEST(Config, AnUnknownKeyHidesNothingOfTheOneThatIsThereAsWell) {
  EXPECT_EQ(error_of("agents:\n"
                     "  - {id: eva, password: x, Role: agent, role: boss}\n"),
            "hark.yaml:2: agents[0]: unknown key 'Role'; did you mean 'role'?\n"
            "hark.yaml:2: agents[0].role: 'boss' is not one of agent, supervisor, administrator");
}

TEST(Names, OneThatLeadsNowhereIsToldWithWhatWouldBeRight) {
  EXPECT_EQ(no_such("is no queue", "clams", "routing.queues", {"claims", "rest"}),
            "there is no queue 'clams' in routing.queues; did you mean 'claims'?");
  EXPECT_EQ(no_such("is no queue", "ghost", "routing.queues", {"claims", "rest"}),
            "there is no queue 'ghost' in routing.queues: claims, rest");
  EXPECT_EQ(no_such("are no hours", "ghost", "routing.hours", {}),
            "there are no hours 'ghost' in routing.hours, which is empty");
  EXPECT_EQ(nearest_name("Claims", {"claims"}), "claims");
  EXPECT_EQ(nearest_name("ab", {"xy"}), "");
}

struct Case {
  const char* yaml;
  const char* error;
};

class Mistakes : public ::testing::TestWithParam<Case> {};

TEST_P(Mistakes, AreNamedWithTheirPlace) { EXPECT_EQ(error_of(GetParam().yaml), GetParam().error); }

INSTANTIATE_TEST_SUITE_P(
    OfShape, Mistakes,
    ::testing::Values(
        Case{"colour: red\n",
             "hark.yaml:1: (top): unknown key 'colour'; known are data_dir, listen, redis, partitions, "
             "accounts, agents, "
             "routing, email, log, peers, console, chat, phone, shards, grpc"},
        Case{"- a\n- b\n",
             "hark.yaml:1: expected keys (data_dir, listen, redis, partitions, accounts, agents, routing, "
             "email, log, peers, "
             "console, chat, phone, shards, grpc), found a list"},
        Case{"listen: 7470\n",
             "hark.yaml:1: listen: expected a group of keys (host, port_base), found '7470'"},
        Case{"agents: ana\n",
             "hark.yaml:1: agents: expected a list (lines that begin with '-', or []), found 'ana'"},
        Case{"agents:\n",
             "hark.yaml:1: agents: expected a list (lines that begin with '-', or []), found nothing"},
        Case{"data_dir:\n", "hark.yaml:1: data_dir: expected a text, found nothing"},
        Case{"data_dir: [a]\n", "hark.yaml:1: data_dir: expected a text, found a list"},
        Case{"partitions: 64\n\npartitions: 32\n", "hark.yaml:3: partitions: given twice; first on line 1"},
        Case{"partitions: '64'\n", "hark.yaml:1: partitions: expected a whole number, found '64'"},
        Case{"partitions: 6.4\n", "hark.yaml:1: partitions: expected a whole number, found '6.4'"},
        Case{"partitions: 99999999999\n", "hark.yaml:1: partitions: '99999999999' is too large a number"},
        Case{"email: {relay: {require_tls: yes}}\n",
             "hark.yaml:1: email.relay.require_tls: expected true or false, found 'yes'"},
        Case{"? [a]\n: b\n", "hark.yaml:1: a key must be a word, found a list"},
        Case{"a: &x 1\n", "hark.yaml:1: an anchor (&name); write the value out where it is needed"},
        Case{"log: !!map {}\n", "hark.yaml:1: a tag (!name); the type of a value follows from its field"},
        Case{"log: {}\n---\nlog: {}\n", "hark.yaml:2: a second document; a configuration is one document"},
        Case{"log:\n  level: info\nagents: [a, b\n", "hark.yaml:4: not YAML: end of sequence flow not found"},
        Case{"log:\n\tlevel: info\n",
             "hark.yaml:2: a tab before the first word; YAML is indented with spaces"},
        Case{"log: {}\nname: \xff\n", "hark.yaml:2: not UTF-8; save the file as UTF-8"},
        Case{"log: {}\n\x01\n", "hark.yaml:2: a control character (number 1)"},
        Case{"log: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n", "hark.yaml:1: nested deeper than 16 levels"}));

INSTANTIATE_TEST_SUITE_P(
    OfMeaning, Mistakes,
    ::testing::Values(
        Case{"data_dir: ''\n", "hark.yaml:1: data_dir: must name a folder"},
        Case{"listen: {host: 'a b'}\n",
             "hark.yaml:1: listen.host: 'a b' is no address; write one of this machine's, like 127.0.0.1 or "
             "::1, or 0.0.0.0 or :: for all of them"},
        Case{"listen: {host: localhost}\n",
             "hark.yaml:1: listen.host: 'localhost' is no address; write one of this machine's, like "
             "127.0.0.1 "
             "or ::1, or 0.0.0.0 or :: for all of them"},
        Case{"listen: {port_base: 65534}\n",
             "hark.yaml:1: listen.port_base: 65534 is out of range; it goes from 1 to 65533"},
        Case{
            "redis: {url: 'tcp://x'}\n",
            "hark.yaml:1: redis.url: 'tcp://x' is none of unix:/path, redis://host:port, rediss://host:port"},
        Case{"redis: {url: 'redis://:pw@x:1'}\n",
             "hark.yaml:1: redis.url: has a user or password in it; put the password into redis.password"},
        Case{"accounts:\n  - name: Nameless\n    email: {address: a@b.lv}\n",
             "hark.yaml:2: accounts[0].id: is missing"},
        Case{"accounts: [{id: a}]\n",
             "hark.yaml:1: accounts[0]: has no channel; give it email, chat, social or phone"},
        Case{"accounts:\n  - id: Sales\n    email: {address: a@b.lv}\n",
             "hark.yaml:2: accounts[0].id: 'Sales' is no id: 1 to 32 characters of a-z, 0-9, '-', '_' and "
             "'.', beginning with a letter "
             "or digit"},
        Case{"accounts:\n  - id: a\n    email: {address: a@b.lv}\n  - id: a\n    email: {address: A@B.lv}\n",
             "hark.yaml:4: accounts[1].id: 'a' is taken by accounts[0]\n"
             "hark.yaml:5: accounts[1].email.address: 'A@B.lv' is already accounts[0].email.address"},
        Case{"accounts:\n  - id: a\n    email:\n      address: support.example.com\n",
             "hark.yaml:4: accounts[0].email.address: 'support.example.com' has no '@'"},
        Case{"accounts: [{id: a, email: {address: a+b@c.lv}}]\n",
             "hark.yaml:1: accounts[0].email.address: 'a+b@c.lv' has a '+', which is where replies carry the "
             "mark of their thread"},
        Case{"accounts: [{id: a, email: {address: customer-service-latvia@c.lv}}]",
             "hark.yaml:1: accounts[0].email.address: 'customer-service-latvia@c.lv' has more than 21 bytes "
             "before "
             "the '@'; what answers leave from, with the mark of their thread there, would be longer than "
             "mail "
             "servers take"},
        Case{"accounts: [{id: a, email: {address: 'a b@c.lv'}}]\n",
             "hark.yaml:1: accounts[0].email.address: 'a b@c.lv' has a character before the '@' that a mail "
             "address may not have"},
        Case{"accounts: [{id: a, email: {address: a@-c.lv}}]\n",
             "hark.yaml:1: accounts[0].email.address: 'a@-c.lv' has no valid domain after the '@'"},
        Case{"accounts:\n  - id: a\n    social:\n      network: myspace\n      access_token: t\n",
             "hark.yaml:4: accounts[0].social.network: 'myspace' is not one of telegram, messenger, "
             "instagram, "
             "whatsapp, viber, vk"},
        Case{"accounts: [{id: a, social: {network: messenger, own_id: '1', access_token: t, verify_token: "
             "v}}]\n",
             "hark.yaml:1: accounts[0].social.secret: is too short to be a secret; it has at least 16 "
             "characters"},
        Case{"accounts: [{id: a, social: {network: viber, access_token: t, public_url: 'hark.lv'}}]\n",
             "hark.yaml:1: accounts[0].social.public_url: 'hark.lv' is no gateway; write it like "
             "https://host or "
             "https://host:port (http only on this machine)"},
        Case{"accounts: [{id: a, social: {network: viber, access_token: t, per_second: -1}}]\n",
             "hark.yaml:1: accounts[0].social.per_second: -1 is out of range; it goes from 0 to 1000"},
        Case{"accounts: [{id: a, social: {network: whatsapp, own_id: '1', access_token: t, verify_token: v, "
             "secret: "
             "0123456789abcdef, templates: [{name: n, language: lv, text: '{{1}} {{3}}'}]}}]\n",
             "hark.yaml:1: accounts[0].social.templates[0].text: placeholders are numbered from {{1}} "
             "without gaps"},
        Case{"accounts: [{id: a, social: {network: viber, access_token: t, templates: [{name: n, language: "
             "lv, text: "
             "x}]}}]\n",
             "hark.yaml:1: accounts[0].social.templates: are only for whatsapp"},
        Case{"accounts: [{id: a, social: {network: viber, access_token: t, base_url: 'http://gate.lv'}}]\n",
             "hark.yaml:1: accounts[0].social.base_url: 'http://gate.lv' is no gateway; write it like "
             "https://host "
             "or https://host:port (http only on this machine)"},
        Case{"accounts: [{id: a, phone: {kind: isdn, number: '22'}}]\n",
             "hark.yaml:1: accounts[0].phone.kind: 'isdn' is not one of ari, twilio, grpc\n"
             "hark.yaml:1: accounts[0].phone.number: '22' is no number; write it like +37160000000"},
        Case{"accounts: [{id: a, phone: {kind: ari, number: '+37160000000', user: u, password: p, base_url: "
             "'https://pbx', trunk: PJSIP/trunk}}]\n",
             "hark.yaml:1: accounts[0].phone.base_url: 'https://pbx' is not where an Asterisk is; write it "
             "like https://pbx:8089, or "
             "http://pbx:8088\n"
             "hark.yaml:1: accounts[0].phone.trunk: 'PJSIP/trunk' has no {number} in it; write it like "
             "PJSIP/{number}@trunk"},
        Case{"accounts: [{id: a, phone: {kind: ari, number: '+37160000000', user: u, password: p, base_url: "
             "'http://pbx:8088', ca_file: /ca.crt}}]\n",
             "hark.yaml:1: accounts[0].phone.ca_file: is of use only if base_url begins with https://"},
        Case{"accounts: [{id: a, phone: {kind: twilio, number: '+37160000000', user: AC1, password: "
             "0123456789abcdef, public_url: 'http://hark.lv'}}]\n",
             "hark.yaml:1: accounts[0].phone.public_url: 'http://hark.lv' is no gateway; write it like "
             "https://host or https://host:port (http only on this machine)"},
        Case{"phone: {callback_hours: '9-20', region: lv}\n",
             "hark.yaml:1: phone.callback_hours: '9-20' are no hours of a day; write them like 09:00-20:00\n"
             "hark.yaml:1: phone.region: 'lv' is no country; write it like LV"},
        Case{"accounts: [{id: a, chat: {origins: [shop.lv]}}]\n",
             "hark.yaml:1: accounts[0].chat.origins[0]: 'shop.lv' is no origin; write it like "
             "https://shop.example.com, without a path"},
        Case{"agents:\n  - {id: eva, password: x, role: boss}\n",
             "hark.yaml:2: agents[0].role: 'boss' is not one of agent, supervisor, administrator"},
        Case{"agents: [{id: eva, password: x, caps: {chat: -1}}]\n",
             "hark.yaml:1: agents[0].caps.chat: -1 is out of range; it goes from 0 to 1000"},
        Case{"shards: [emea, emea]\n", "hark.yaml:1: shards[1]: 'emea' is taken by shards[0]"},
        Case{"shards: [emea]\nagents: [{id: eva, password: x, shard: apac}]\n",
             "hark.yaml:2: agents[0].shard: there is no shard 'apac' in shards"},
        Case{"agents: [{id: eva}]\n", "hark.yaml:1: agents[0].password: is missing"},
        Case{"agents: [{id: eva, password: x, groups: ['group:night', Day]}]\n",
             "hark.yaml:1: agents[0].groups[0]: 'group:night': write night; only requirements have group: "
             "before "
             "it\n"
             "hark.yaml:1: agents[0].groups[1]: 'Day' is no group: 1 to 32 characters of a-z, 0-9, '-', '_' "
             "and '.', "
             "beginning with a letter or digit"},
        Case{"agents: [{id: eva, password: x, skills: [billing=9]}]\n",
             "hark.yaml:1: agents[0].skills[0]: 'billing=9': levels go from 1 to 5"},
        Case{"agents: [{id: eva, password: x, skills: [b, b=2]}]\n",
             "hark.yaml:1: agents[0].skills[1]: 'b' is given twice"},
        Case{"agents:\n  - {id: eva, password: x}\n  - {id: eva, password: y}\n",
             "hark.yaml:3: agents[1].id: 'eva' is taken by agents[0]"},
        Case{"routing: {gone_policy: drop}\n",
             "hark.yaml:1: routing.gone_policy: 'drop' is not one of requeue, keep"},
        Case{"routing: {accept_timeout_seconds: -1}\n",
             "hark.yaml:1: routing.accept_timeout_seconds: -1 is out of range; it goes from 1 to 86400"},
        Case{"email: {relay: {url: mail.example.com}}\n",
             "hark.yaml:1: email.relay.url: 'mail.example.com' is neither smtp://host:port nor "
             "smtps://host:port"},
        Case{"email: {relay: {user: me}}\n",
             "hark.yaml:1: email.relay.password: is missing; user and password go together"},
        Case{"peers: {routing: nowhere}\n",
             "hark.yaml:1: peers.routing: 'nowhere' is neither host:port nor unix:/path"}));

TEST(Config, RefusesTheDemoPasswordsWhereStrangersCouldUseThem) {
  const std::string grpc = "grpc: {certificate_file: c, key_file: k, token_file: t}\n";
  EXPECT_THAT(error_of("listen: {host: 0.0.0.0}\naccounts: []\n" + grpc),
              ::testing::Eq("hark.yaml:1: listen.host: '0.0.0.0' lets others in, while ana, ben, sam still "
                            "have the demo password that "
                            "everybody knows; list your own under agents"));
  const std::string agents = "agents: [{id: eva, password: a long one}]\n";
  EXPECT_THAT(error_of("listen: {host: 0.0.0.0}\n" + agents + grpc),
              ::testing::Eq(
                  "hark.yaml:1: listen.host: '0.0.0.0' lets others in, while account bot still has the demo "
                  "secret that everybody knows; list your own under accounts"));
  EXPECT_EQ(read("listen: {host: 0.0.0.0}\naccounts: []\n" + agents + grpc).listen().host(), "0.0.0.0");
  EXPECT_EQ(read("listen: {host: '::1'}\n").listen().host(), "::1");
}

TEST(Config, LetsNobodyCallInPlaintextOverANetwork) {
  const std::string agents = "agents: [{id: eva, password: a long one}]\n";
  EXPECT_THAT(error_of("listen: {host: 0.0.0.0}\n" + agents),
              ::testing::HasSubstr("set grpc.certificate_file, key_file and token_file"));
  EXPECT_THAT(error_of("listen: {host: 0.0.0.0}\ngrpc: {certificate_file: c, key_file: k}\n" + agents),
              ::testing::HasSubstr("token_file"));
  EXPECT_THAT(error_of("grpc: {certificate_file: c}\n"),
              ::testing::Eq("hark.yaml:1: grpc.key_file: is missing; certificate and key go together"));
  EXPECT_THAT(error_of("grpc: {token_file: t}\n"), ::testing::HasSubstr("would travel in plaintext"));
  EXPECT_THAT(
      error_of("peers: {routing: 'far.example.com:7471'}\n"),
      ::testing::Eq(
          "hark.yaml:1: peers.routing: 'far.example.com:7471' is another machine; set grpc.ca_file and "
          "token_file"));
  read("peers: {routing: '127.0.0.1:7471', conversation: 'localhost:7481'}\n");
}

TEST(Config, TakesMailAddressesOfEveryLawfulForm) {
  for (const char* address : {"support@hark.localhost", "o'neil=x@mail.example.com", "Info@EXAMPLE.com",
                              "palīdzība@piemērs.lv", "a@b"}) {
    v1::Config config = default_config();
    config.mutable_accounts(0)->mutable_email()->set_address(address);
    EXPECT_THAT(validate(config), ::testing::IsEmpty()) << address;
  }
}

TEST(Config, LimitsWhatAFileMayCost) {
  EXPECT_EQ(error_of(std::string(kConfigBytesMax + 1, '#')), "hark.yaml: larger than 1048576 bytes");
  std::string many = "agents: [";
  for (int i = 0; i < kConfigValuesMax; ++i) many += "1,";
  EXPECT_EQ(error_of(many + "1]\n"), "hark.yaml:1: more than 50000 values");
  EXPECT_THAT(error_of(std::string(500'000, '[')), HasSubstr("nested deeper than 16 levels"));
}

TEST(Config, CountsProblemsBeyondTheFirstFifty) {
  std::string yaml;
  for (int i = 0; i < 60; ++i) yaml += "x" + std::to_string(i) + ": 1\n";
  const std::string error = error_of(yaml);
  EXPECT_EQ(std::ranges::count(error, '\n'), 50);
  EXPECT_THAT(error, ::testing::EndsWith("\nhark.yaml: and 10 more"));
}

TEST(Config, SaysWhichFileCannotBeRead) {
  const auto result = read_config_file("/nonexistent/hark.yaml");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::kNotFound);
  EXPECT_EQ(result.error().message,
            "/nonexistent/hark.yaml: cannot be read; is it there, and may this user read it?");
}

TEST(YamlTree, CutsWhatItShowsBetweenCharacters) {
  YamlNode node{.kind = YamlNode::Kind::kScalar};
  for (int i = 0; i < 39; ++i) node.scalar += 'a';
  node.scalar += "ārpus";
  EXPECT_EQ(describe(node), "'" + std::string(39, 'a') + "...'");
}

}  // namespace
}  // namespace hark
