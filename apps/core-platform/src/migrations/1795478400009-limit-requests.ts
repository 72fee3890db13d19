import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIMITS_SCHEMA } from '@app/limits';

export class LimitRequests1795478400009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of LIMITS_SCHEMA.statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of LIMITS_SCHEMA.undo) await runner.query(statement);
  }
}
