"""The scenarios of the live tests that matter most, through the proxy, people spread over three processes."""

import pytest

from tests.live.test_http_documents import (  # noqa: F401
    test_edit_sent_over_http_reaches_those_on_sockets_and_back,
    test_large_offline_difference_is_taken_over_http,
    test_same_edit_sent_twice_over_http_is_stored_once,
    test_snapshot_is_compressed_and_known_by_its_etag,
)
from tests.live.test_refusals import (  # noqa: F401
    test_author_cannot_be_forged,
    test_guest_writes_own_notes_only,
    test_template_cannot_be_dragged_away,
)
from tests.live.test_two_people import (  # noqa: F401
    test_edits_made_offline_arrive_on_return,
    test_leaving_stops_what_is_received,
    test_names_are_shown_as_each_reader_may_know_them,
    test_newcomer_gets_everything_and_returns_with_a_difference,
    test_newcomer_is_told_who_is_there_and_what_they_hold,
    test_presence_carries_the_servers_word_for_who_it_is,
    test_sending_the_same_edit_again_stores_nothing_twice,
)

pytestmark = pytest.mark.live
