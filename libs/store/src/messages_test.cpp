#include "contract.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::store {
namespace {

Message message_of(std::int64_t sequence, const std::string& incident_id = "inc_a") {
  Message message;
  message.id = "msg_" + incident_id + std::to_string(sequence);
  message.from = "intake";
  message.to = "workflow";
  message.type = "report.received";
  message.incident_id = incident_id;
  message.sequence = sequence;
  message.created_us = 1'000 + sequence;
  return message;
}

class MessagesContract : public Contract {
 protected:
  Inbox::Verdict accept(const Message& message) {
    auto verdict = db->write([&](Tx& tx) { return Inbox::accept(tx, message, 5); });
    EXPECT_TRUE(verdict) << verdict.error().detail;
    return verdict.value_or(Inbox::Verdict::kDuplicate);
  }
  std::vector<std::int64_t> release(const Message& after) {
    std::vector<std::int64_t> out;
    EXPECT_TRUE(write([&](Tx& tx) -> Status {
      while (true) {
        RESCUE_ASSIGN(const auto next, Inbox::next_parked(tx, after, 6));
        if (!next) return {};
        out.push_back(next->sequence);
      }
    }));
    return out;
  }
  std::vector<Message> pending() {
    const auto list = db->read([](Tx& tx) { return Outbox::pending(tx, 100); });
    std::vector<Message> out;
    for (const auto& item : *list) out.push_back(*decode_message(item.encoded));
    return out;
  }
  Status mark_sent(const std::vector<std::int64_t>& rows, std::int64_t now_us) {
    return write([&](Tx& tx) -> Status { return Outbox::mark_sent(tx, rows, now_us); });
  }
  Status put(const std::string& to, const std::string& incident_id, std::int64_t created_us) {
    return write([&](Tx& tx) -> Status {
      Message message = message_of(0, incident_id);
      message.id.clear();
      message.to = to;
      message.created_us = created_us;
      return Outbox::put(tx, message);
    });
  }
};
RESCUE_STORE_CONTRACT(MessagesContract);
using Verdict = Inbox::Verdict;

TEST_P(MessagesContract, LettersAreNumberedInTheirOrder) {
  Message twice = message_of(0, "inc_a");
  twice.id.clear();
  twice.body = {{"text", "\"sequence\":7"}};
  const auto first = *Outbox::prepare(twice);
  const auto second = *Outbox::prepare(twice);
  const auto other = *Outbox::prepare(message_of(0, "inc_b"));
  const Outbox::Letter* letters[] = {&first, &other, &second};
  ASSERT_TRUE(write([&](Tx& tx) -> Status { return Outbox::put_all(tx, letters); }));
  ASSERT_TRUE(put("workflow", "inc_a", 1));
  const auto sent = pending();
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(sent[0].sequence, 1);
  EXPECT_EQ(sent[1].incident_id, "inc_b");
  EXPECT_EQ(sent[1].sequence, 1);
  EXPECT_EQ(sent[2].sequence, 2);
  EXPECT_EQ(sent[3].sequence, 3);
  EXPECT_EQ(sent[2].body, twice.body);
  EXPECT_NE(sent[0].id, sent[2].id);
}

TEST_P(MessagesContract, OutboxNumbersPerRecipientAndIncident) {
  ASSERT_TRUE(put("workflow", "inc_a", 1));
  ASSERT_TRUE(put("workflow", "inc_a", 2));
  ASSERT_TRUE(put("workflow", "inc_b", 3));
  ASSERT_TRUE(put("pricing", "inc_a", 4));
  const auto messages = pending();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].sequence, 1);
  EXPECT_EQ(messages[1].sequence, 2);
  EXPECT_EQ(messages[2].sequence, 1);
  EXPECT_EQ(messages[3].sequence, 1);
  EXPECT_TRUE(messages[0].id.starts_with("msg_"));
  EXPECT_NE(messages[0].id, messages[1].id);
}

TEST_P(MessagesContract, OutboxNumbersHaveNoGapAfterARollback) {
  ASSERT_TRUE(put("workflow", "inc_a", 1));
  EXPECT_FALSE(write([](Tx& tx) -> Status {
    RESCUE_TRY(Outbox::put(tx, message_of(0)));
    return fail(ErrorCode::kConflict, "version-conflict", "");
  }));
  ASSERT_TRUE(put("workflow", "inc_a", 2));
  ASSERT_EQ(pending().size(), 2U);
  EXPECT_EQ(pending()[1].sequence, 2);
}

TEST_P(MessagesContract, OutboxRefusesAMessageWithoutRecipientOrIncident) {
  EXPECT_FALSE(put("", "inc_a", 1));
  EXPECT_FALSE(put("workflow", "", 1));
}

TEST_P(MessagesContract, OutboxKeepsAMessageUntilItsReceiptComes) {
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(put("workflow", "inc_a", i));
  EXPECT_EQ(db->read([](Tx& tx) { return Outbox::depth(tx); })->waiting, 4);
  EXPECT_EQ(db->read([](Tx& tx) { return Outbox::depth(tx); })->oldest_us, 1);
  const auto first = pending().front().id;
  ASSERT_TRUE(mark_sent({1, 2, 3}, 100));
  EXPECT_EQ(pending().size(), 1U);
  EXPECT_EQ(db->read([](Tx& tx) { return Outbox::depth(tx); })->sent, 3);
  const std::vector<std::string> receipts{first, "msg_unknown"};
  ASSERT_TRUE(write([&](Tx& tx) -> Status { return Outbox::take_receipts(tx, receipts); }));
  EXPECT_EQ(count("outbox"), 3);
  EXPECT_EQ(*db->write([](Tx& tx) { return Outbox::resend_all(tx); }), 2);
  EXPECT_EQ(pending().size(), 3U);
  EXPECT_EQ(pending()[0].sequence, 2);
  ASSERT_TRUE(put("workflow", "inc_a", 5));
  EXPECT_EQ(pending().back().sequence, 5);
}

TEST_P(MessagesContract, OutboxGivesWhatIsNotForTheFullOnes) {
  ASSERT_TRUE(put("workflow", "inc_a", 1));
  ASSERT_TRUE(put("work", "inc_a", 2));
  ASSERT_TRUE(put("pricing", "inc_a", 3));
  const auto numbers = [&](std::int64_t after, const std::set<std::string>& except) {
    std::vector<std::int64_t> out;
    const auto list = db->read([&](Tx& tx) { return Outbox::pending(tx, 100, "", after, except); });
    for (const auto& one : *list) out.push_back(one.row);
    return out;
  };
  EXPECT_EQ(numbers(0, {"workflow"}), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(numbers(0, {"pricing", "workflow"}), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(numbers(2, {}), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(*db->read([](Tx& tx) { return Outbox::last_unsent(tx); }), 3);
  ASSERT_TRUE(mark_sent({1, 2, 3}, 100));
  EXPECT_EQ(*db->read([](Tx& tx) { return Outbox::last_unsent(tx); }), 0);
}

TEST_P(MessagesContract, OutboxResendsToThoseWhoOweReceipts) {
  ASSERT_TRUE(put("workflow", "inc_a", 1));
  ASSERT_TRUE(put("pricing", "inc_a", 2));
  ASSERT_TRUE(mark_sent({1}, 100));
  ASSERT_TRUE(mark_sent({2}, 200));
  ASSERT_TRUE(mark_sent({1}, 999));  // sent twice: the first time counts
  const auto owing = [&](std::int64_t before_us) {
    return *db->read([&](Tx& tx) { return Outbox::owing_receipts(tx, before_us); });
  };
  EXPECT_EQ(owing(100), std::vector<std::string>{});
  EXPECT_EQ(owing(200), std::vector<std::string>{"workflow"});
  EXPECT_EQ(owing(201), (std::vector<std::string>{"pricing", "workflow"}));
  EXPECT_EQ(*db->write([](Tx& tx) { return Outbox::resend_to(tx, "workflow", 201); }), 1);
  EXPECT_EQ(pending().size(), 1U);
}

TEST_P(MessagesContract, ARelayPublishesItsOwnAndAdoptsWhatAnotherLeft) {
  const auto put_by = [&](const std::string& relay, std::int64_t created_us) {
    ASSERT_TRUE(write([&](Tx& tx) -> Status {
      Message message = message_of(0);
      message.id.clear();
      message.created_us = created_us;
      return Outbox::put(tx, message, relay);
    }));
  };
  const auto of = [&](const std::string& relay) {
    return db->read([&](Tx& tx) { return Outbox::pending(tx, 9, relay); })->size();
  };
  const auto has_strays = [&](std::int64_t before_us) {
    return *db->read([&](Tx& tx) { return Outbox::has_strays(tx, "a", before_us); });
  };
  put_by("a", 10);
  put_by("b", 20);
  put_by("b", 30);
  EXPECT_EQ(of("a"), 1U);
  EXPECT_EQ(of("b"), 2U);
  EXPECT_FALSE(has_strays(20));
  EXPECT_TRUE(has_strays(21));
  EXPECT_EQ(*db->write([](Tx& tx) { return Outbox::adopt_strays(tx, "a", 21, 40); }), 1);
  EXPECT_EQ(of("a"), 2U);
  EXPECT_EQ(*db->write([](Tx& tx) { return Outbox::adopt_strays(tx, "b", 41, 50); }), 2);
  EXPECT_EQ(of("b"), 3U);
  EXPECT_FALSE(has_strays(30));
}

TEST_P(MessagesContract, InboxTakesEachOnceAndInOrder) {
  EXPECT_EQ(accept(message_of(1)), Verdict::kHandle);
  EXPECT_EQ(accept(message_of(1)), Verdict::kDuplicate);
  EXPECT_EQ(accept(message_of(3)), Verdict::kParked);
  EXPECT_EQ(accept(message_of(3)), Verdict::kParked);
  EXPECT_EQ(accept(message_of(4)), Verdict::kParked);
  EXPECT_EQ(release(message_of(1)), std::vector<std::int64_t>{});
  EXPECT_EQ(accept(message_of(1, "inc_b")), Verdict::kHandle);
  EXPECT_EQ(accept(message_of(2)), Verdict::kHandle);
  EXPECT_TRUE(*db->read([](Tx& tx) { return Inbox::has_next_parked(tx, message_of(2)); }));
  EXPECT_FALSE(*db->read([](Tx& tx) { return Inbox::has_next_parked(tx, message_of(1, "inc_b")); }));
  EXPECT_EQ(release(message_of(2)), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(accept(message_of(4)), Verdict::kDuplicate);
  EXPECT_EQ(accept(message_of(5)), Verdict::kHandle);
  EXPECT_EQ(*db->read([](Tx& tx) { return Inbox::parked_count(tx); }), 0);
}

TEST_P(MessagesContract, InboxKeepsSendersApart) {
  Message other = message_of(1);
  other.from = "pricing";
  other.id = "msg_other";
  EXPECT_EQ(accept(message_of(1)), Verdict::kHandle);
  EXPECT_EQ(accept(other), Verdict::kHandle);
}

TEST_P(MessagesContract, InboxKnowsAnIdUnderAnotherNumber) {
  Message again = message_of(2);
  again.id = message_of(1).id;
  EXPECT_EQ(accept(message_of(1)), Verdict::kHandle);
  EXPECT_EQ(accept(again), Verdict::kDuplicate);
  EXPECT_EQ(accept(message_of(3)), Verdict::kHandle);
}

TEST_P(MessagesContract, InboxFindsWhatAStopLeftParked) {
  EXPECT_EQ(accept(message_of(2)), Verdict::kParked);
  EXPECT_EQ(accept(message_of(2, "inc_b")), Verdict::kParked);
  EXPECT_TRUE(db->read([](Tx& tx) { return Inbox::predecessors_of_ready(tx, 9); })->empty());
  EXPECT_EQ(accept(message_of(1)), Verdict::kHandle);
  const auto ready = *db->read([](Tx& tx) { return Inbox::predecessors_of_ready(tx, 9); });
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(release(ready[0]), std::vector<std::int64_t>{2});
}

TEST_P(MessagesContract, InboxKnowsDuplicatesAfterItForgotTheirIds) {
  EXPECT_EQ(accept(message_of(1)), Verdict::kHandle);
  EXPECT_EQ(*db->write([](Tx& tx) { return Inbox::forget_before(tx, 6, 9); }), 1);
  EXPECT_EQ(accept(message_of(1)), Verdict::kDuplicate);
}

TEST_P(MessagesContract, DeadLettersAreRequeuedOnceWithAReason) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(write([&](Tx& tx) -> Status {
      return DeadLetters::put(tx, "msg_1", "report.received", "inc_a", std::string("\xff\0{", 3), "why",
                              50 + i);
    }));
  }
  const auto page = *db->read([](Tx& tx) { return DeadLetters::list(tx, 1, 1); });
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].number, 2);
  EXPECT_EQ(page[0].encoded, std::string("\xff\0{", 3));
  EXPECT_EQ(page[0].failed_us, 52);
  EXPECT_EQ(page[0].state, "waiting");
  const auto requeue = [&](std::int64_t number) {
    return db->write([&](Tx& tx) { return DeadLetters::requeue(tx, number, "mended"); });
  };
  const auto letter = requeue(2);
  ASSERT_TRUE(letter) << letter.error().detail;
  EXPECT_EQ(letter->state, "requeued");
  EXPECT_EQ(letter->note, "mended");
  EXPECT_EQ(requeue(2).error().code, ErrorCode::kConflict);
  EXPECT_EQ(requeue(9).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*db->read([](Tx& tx) { return DeadLetters::waiting_count(tx); }), 2);
}

}  // namespace
}  // namespace rescue::store
