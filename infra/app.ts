// The CDK application: one stack for the environment that context `env` names, checked against the
// AWS Solutions rules. A finding that is not acknowledged stops the synthesis.

import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunctions } from './bundle.ts';
import { FUNCTION_NAMES } from './function-list.ts';
import { readSettings } from './settings.ts';
import { createStack } from './stack.ts';

const app = new App();
const bundles = join(app.outdir, 'functions');
bundleFunctions(FUNCTION_NAMES, bundles);
createStack(app, readSettings(app.node), bundles);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
