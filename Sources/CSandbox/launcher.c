int csandbox_unused;
