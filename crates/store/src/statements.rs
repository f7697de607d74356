//! Every statement, by its file under `sql`.

/// Declares a constant per statement, and the list of all of them.
macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {
        $( pub(crate) const $name: &str = include_str!(concat!("../sql/", $file, ".sql")); )*

        /// Every statement with the name of its file, for a test that prepares them all.
        pub const STATEMENTS: &[(&str, &str)] = &[ $( ($file, $name), )* ];
    };
}

statements! {
    RECORD_BATCH = "batch/record";
    COUNT_BATCHES = "batch/count";
    LIST_BATCHES = "batch/list";
    LATEST_BATCH = "batch/latest";
    FIND_BATCH = "batch/find";
    RECORD_BATCH_TOTAL = "batch_total/record";
    LIST_BATCH_TOTALS = "batch_total/list";
    RECORD_BATCH_FILE = "batch_file/record";
    LIST_BATCH_FILES = "batch_file/list";
    LIST_READ_FILES = "batch_file/list_read";
    RECORD_BATCH_FILE_TOTAL = "batch_file_total/record";
    LIST_BATCH_FILE_TOTALS = "batch_file_total/list";
    RECORD_BATCH_FILE_RULE = "batch_file_rule/record";
    LIST_BATCH_FILE_RULES = "batch_file_rule/list";
    RECORD_REFUSED_ROW = "refused_row/record";
    LIST_REFUSED_ROWS = "refused_row/list";
    COUNT_REFUSED_ROWS = "refused_row/count";
    RECORD_ROW_PROBLEM = "row_problem/record";
    LIST_ROW_PROBLEMS = "row_problem/list";
    RECORD_LAKE_FILE = "lake_file/record";
    DROP_LAKE_FILE = "lake_file/drop";
    LIST_LAKE_FILES = "lake_file/list";
    RECORD_LAKE_PIECE = "lake_piece/record";
    DROP_LAKE_PIECES = "lake_piece/drop";
    LIST_LAKE_PIECES = "lake_piece/list";
    RECORD_UNDONE_PIECES = "undone_piece/record";
    LIST_UNDONE_PIECES = "undone_piece/list";
    RECORD_BATCH_UNDO = "batch_undo/record";
    RECORD_BATCH_UNDO_TOTAL = "batch_undo_total/record";
    LIST_BATCH_UNDO_TOTALS = "batch_undo_total/list";
    FIND_LEDGER_HEAD = "ledger_head/find";
    ADVANCE_LEDGER_HEAD = "ledger_head/advance";
    RECORD_MONTH_CHANGE = "month_change/record";
    LIST_MONTH_CHANGES = "month_change/list";
    RECORD_PERIOD_EVENT = "period_event/record";
    LIST_PERIOD_EVENTS = "period_event/list";
    TAKE_LOG_HEAD = "log_head/take";
    FIND_LOG_HEAD = "log_head/find";
    FIND_HEADS = "log_head/find_both";
    ADVANCE_LOG_HEAD = "log_head/advance";
    RECORD_CHECKPOINT = "checkpoint/record";
    LIST_CHECKPOINTS = "checkpoint/list";
    FIND_LATEST_CHECKPOINT = "checkpoint/latest";
    RECORD_EVENT = "event/record";
    LIST_EVENTS = "event/list";
    PICK_EVENTS = "event/pick";
    LIST_EVENTS_OF_ENTRY = "event/list_of_entry";
    FIND_ENTRY = "entry/find";
    LIST_ENTRIES = "entry/list";
    LIST_STANDING = "entry/list_standing";
    LIST_ALL_ENTRIES = "entry/list_all";
    DROP_ALL_ENTRIES = "entry/drop_all";
    RECORD_ENTRY = "entry/record";
    FIND_API_ANSWER = "api_answer/find";
    RECORD_API_ANSWER = "api_answer/record";
    FORGET_API_ANSWERS = "api_answer/forget";
    FIND_WEBHOOK_POST = "webhook_post/find";
    RECORD_WEBHOOK_POST = "webhook_post/record";
    FIND_MAIL_SETTING = "mail_setting/find";
    RECORD_MAIL_SETTING = "mail_setting/record";
    LIST_MAIL_SETTINGS = "mail_setting/list";
    PUT_MAIL = "mail/put";
    FIND_MAIL = "mail/find";
    LIST_DUE_MAIL = "mail/list_due";
    LIST_MAIL_OF_USER = "mail/list_of_user";
    LIST_MAIL = "mail/list";
    TURN_MAIL = "mail/turn";
    FIND_ACCOUNT = "account/find";
    RECORD_ACCOUNT = "account/record";
    FAIL_ACCOUNT = "account/fail";
    LOCK_ACCOUNT = "account/lock";
    SUCCEED_ACCOUNT = "account/succeed";
    TAKE_CODE = "account/take_code";
    RECORD_SESSION = "session/record";
    FIND_SESSION = "session/find";
    LIST_SESSIONS = "session/list";
    SEE_SESSION = "session/see";
    DROP_SESSION = "session/drop";
    DROP_OTHER_SESSIONS = "session/drop_others";
    FORGET_SESSIONS = "session/forget";
    RECORD_LINK = "one_time_link/record";
    FIND_LINK = "one_time_link/find";
    USE_LINK = "one_time_link/use";
    DROP_LINKS = "one_time_link/drop";
    DROP_LINKS_OF_KIND = "one_time_link/drop_kind";
    FORGET_LINKS = "one_time_link/forget";
    RECORD_PENDING_SIGN_IN = "pending_sign_in/record";
    TAKE_PENDING_SIGN_IN = "pending_sign_in/take";
    FORGET_PENDING_SIGN_INS = "pending_sign_in/forget";
    RECORD_DEVICE_SIGN_IN = "device_sign_in/record";
    FORGET_DEVICE_SIGN_INS = "device_sign_in/forget";
    FIND_DEVICE_SIGN_IN = "device_sign_in/find";
    ANSWER_DEVICE_SIGN_IN = "device_sign_in/answer";
    LOOK_DEVICE_SIGN_IN = "device_sign_in/look";
    TAKE_DEVICE_SIGN_IN = "device_sign_in/take";
    RECORD_VOUCHED_USER = "vouched_user/record";
    FIND_VOUCHED_USER = "vouched_user/find";
    PROVIDER_OF_USER = "vouched_user/provider";
    RECORD_WATCHED_EXPORT = "watched_export/record";
    LIST_WATCHED_EXPORTS = "watched_export/list";
}
