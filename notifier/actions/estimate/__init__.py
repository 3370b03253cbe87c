"""What a send would be, before there is one."""
