"""Whether a set of photos is fit for its purpose."""
