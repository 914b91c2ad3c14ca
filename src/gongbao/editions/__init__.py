"""Versions: a website -> a sealed revision in a published tree; what changed; proof that nothing else did.

Ways in: `release`, `withdraw`, `verify_tree`, `compare`. A sealed revision is never written to again; what
must change around it (the portal, the copy of the latest revision, the note that a newer one exists)
stands outside of it. Names are loaded on demand: each command needs only its own part.
"""
