"""The bytes of strangers: uploads, base64 and URLs become photos, under limits."""
