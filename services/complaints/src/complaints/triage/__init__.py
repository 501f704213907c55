"""The first looks at a case: is it complete, what is it, does it belong here at all, does it need protection."""
