"""The sample news world: invented outlets in the languages of the region, served on loopback.

For the demo and the tests. Content and page templates are files under `outlets/`; `samples.world` serves them,
`samples.expected` says what a correct pipeline makes of them. Nothing in the product knows of this package.
"""
