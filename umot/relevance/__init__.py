"""What counts: whom a post is about, what is an advert, what is a copy."""
