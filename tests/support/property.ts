/**
 * fast-check under one seed, so that a run of the tests says the same on every machine and on every day.
 * `PROPERTY_SEED` draws other examples: a soak runs the same properties under many of them.
 */
import fc from 'fast-check'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.PROPERTY_SEED ?? 20261122) })

export { fc }
